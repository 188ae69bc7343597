"""The statechart as a tree for the terminal: states, regions, time-outs and where events lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from rich.markup import escape
from rich.tree import Tree

from rvm_edge.statechart.definition import Chart, State, StatePath, Transition
from rvm_edge.statechart.export.arrows import Kind, captions, kind_of, seconds

__all__ = ["tree"]

M = TypeVar("M")

_STYLES = {Kind.EVENT: "cyan", Kind.TIMEOUT: "yellow", Kind.ERROR: "red"}


def tree(chart: Chart[M], chart_hash: str) -> Tree:
    """Build the tree; every transition of the chart is a line under its source."""
    root = Tree(f"[bold]{escape(chart.name)}[/]  [dim]chart {chart_hash[:16]}[/]")
    words = captions(chart)
    for state in chart.states:
        _grow(root, chart, state.name, state, words, starts=state.name == chart.initial)
    return root


def _grow(
    around: Tree,
    chart: Chart[M],
    path: StatePath,
    state: State[M],
    words: Mapping[Transition, str],
    *,
    starts: bool,
) -> None:
    marks = []
    if starts:
        marks.append("[green]starts here[/]")
    if state.parallel:
        marks.append("[magenta]all regions at once[/]")
    if state.timeout is not None:
        marks.append(f"[yellow]at most {seconds(state.timeout.seconds)}[/]")
    title = "  ".join([f"[bold]{escape(state.name)}[/]", *marks])
    branch = around.add(f"{title}\n[dim]{escape(state.doc)}[/]")
    for row in chart.transitions:
        if row.source == path:
            branch.add(_line(row, words[row]))
    for child in state.children:
        below = f"{path}.{child.name}"
        _grow(branch, chart, below, child, words, starts=child.name == state.initial)


def _line(row: Transition, words: str) -> str:
    if row.target is None:
        end = "stays"
    elif row.target == row.source:
        end = "↻ again"
    else:
        end = f"→ {escape(row.target)}"
    why = f"  [dim]{escape(row.doc)}[/]" if row.doc else ""
    return f"[{_STYLES[kind_of(row.event)]}]{escape(words)}[/] {end}{why}"
