"""Reach: every state can be entered, and every state can be left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from rvm_edge.statechart.definition import Chart, StatePath, Transition, error_in
from rvm_edge.statechart.lint.finding import Finding, Kind, state_place
from rvm_edge.statechart.tree import Tree, ancestors, common_ancestor, holds, is_inside

__all__ = ["reach_findings"]

M = TypeVar("M")


def reach_findings(
    chart: Chart[M], tree: Tree[M], rows: tuple[Transition, ...]
) -> Iterator[Finding]:
    """Yield the states that nothing enters, and those that only a breakdown leaves."""
    reached = _reached(chart, tree, rows)
    for path in tree.states:
        if path not in reached:
            yield Finding(
                Kind.UNREACHABLE_STATE,
                state_place(path),
                "no row leads here from where the chart starts",
                "add one, or drop the state",
            )
        if not any(_leaves(tree, row, path) for row in rows):
            yield Finding(
                Kind.NO_WAY_OUT,
                state_place(path),
                "once entered, it is left by nothing but a breakdown",
                "add a row that leads out of it",
            )


def _reached(chart: Chart[M], tree: Tree[M], rows: tuple[Transition, ...]) -> set[StatePath]:
    reached = set(tree.entered_by(chart.initial))
    grew = True
    while grew:
        size = len(reached)
        for row in rows:
            if row.source in reached and row.target is not None:
                reached.update(ancestors(row.target))
                reached.update(tree.entered_by(row.target))
        grew = len(reached) > size
    return reached


def _leaves(tree: Tree[M], row: Transition, path: StatePath) -> bool:
    """Say whether `row` can fire while `path` is active, and leaves it inactive.

    Errors do not count: a state that only breaks down has no way out.
    """
    if row.target is None or row.event.startswith(error_in("")):
        return False
    if not (holds(row.source, path) or is_inside(row.source, path)):
        return False
    if holds(path, row.target):
        return False
    if is_inside(path, row.target):
        return path not in set(tree.entered_by(row.target))
    return not tree.is_parallel(common_ancestor(path, row.target))
