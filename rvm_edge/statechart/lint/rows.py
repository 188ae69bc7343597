"""Rows: what they name has to exist, and each has to be able to fire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from rvm_edge.statechart.definition import (
    Chart,
    StatePath,
    Transition,
    error_in,
    timeout_of,
)
from rvm_edge.statechart.document import declared_titles
from rvm_edge.statechart.lint.finding import Finding, Kind, row_place
from rvm_edge.statechart.tree import Tree

__all__ = ["row_findings", "sound_rows", "subject"]

M = TypeVar("M")

Condition = frozenset[tuple[str, bool]]
"""What must hold for a row: guards' names, each with the answer that it must give."""


def sound_rows(chart: Chart[M], tree: Tree[M]) -> tuple[Transition, ...]:
    """Return the rows whose source and target exist."""
    return tuple(
        row
        for row in chart.transitions
        if row.source in tree.states and (row.target is None or row.target in tree.states)
    )


def subject(event: str) -> StatePath | None:
    """Return the state that an ``error.`` or ``timeout.`` event is about; None for any other."""
    for prefix in (error_in(""), timeout_of("")):
        if event.startswith(prefix):
            return event.removeprefix(prefix)
    return None


def row_findings(chart: Chart[M], tree: Tree[M]) -> Iterator[Finding]:
    """Yield what is wrong with the rows of a chart, one by one and in their order."""
    declared = declared_titles(chart)
    for row in chart.transitions:
        yield from _names(row, tree, declared)
        yield from _impossible(row, tree)
    used = {row.event for row in chart.transitions}
    for event in dict.fromkeys(event.name for event in chart.events):
        if event not in used:
            yield Finding(
                Kind.UNUSED_EVENT,
                f"event {event!r}",
                "no row handles it",
                "add a row, or take it off the chart's events",
            )
    yield from _shadowed(chart)


def _names(row: Transition, tree: Tree[M], declared: frozenset[str]) -> Iterator[Finding]:
    if row.event not in declared:
        yield Finding(
            Kind.UNDECLARED_EVENT,
            row_place(row),
            f"nothing can post {row.event!r}",
            "declare the event, or give that state an activity or a time-out",
        )
    if row.source not in tree.states:
        yield Finding(
            Kind.UNKNOWN_SOURCE,
            row_place(row),
            f"there is no state {row.source!r}",
            "name a state by its whole path",
        )
    if row.target is not None and row.target not in tree.states:
        yield Finding(
            Kind.UNKNOWN_TARGET,
            row_place(row),
            f"there is no state {row.target!r}",
            "name a state by its whole path",
        )


def _impossible(row: Transition, tree: Tree[M]) -> Iterator[Finding]:
    if row.guard is not None and row.unless is not None and row.guard.name == row.unless.name:
        yield Finding(
            Kind.IMPOSSIBLE_ROW,
            row_place(row),
            f"asks that {row.guard.name} hold and not hold",
            "drop one of the two",
        )
    about = subject(row.event)
    if about is None or about not in tree.states or row.source not in tree.states:
        return
    if not tree.are_together(about, row.source):
        yield Finding(
            Kind.IMPOSSIBLE_ROW,
            row_place(row),
            f"{about} is never active together with {row.source}",
            "declare it on that state or around it",
        )


def _shadowed(chart: Chart[M]) -> Iterator[Finding]:
    """Find the rows that an earlier one, or two earlier ones together, leave nothing to do."""
    earlier: dict[tuple[str, StatePath], list[Condition]] = {}
    for row in chart.transitions:
        asked = _condition(row)
        before = earlier.setdefault((row.event, row.source), [])
        if asked in before:
            yield Finding(
                Kind.DUPLICATE_ROW,
                row_place(row),
                "an earlier row has the same event, source and conditions",
                "drop one of them, or give it a guard",
            )
        elif any(known <= asked for known in before) or _either_way(before):
            yield Finding(
                Kind.UNREACHABLE_ROW,
                row_place(row),
                "earlier rows always fire first",
                "move it up, or drop it",
            )
        before.append(asked)


def _condition(row: Transition) -> Condition:
    asked = set()
    if row.guard is not None:
        asked.add((row.guard.name, True))
    if row.unless is not None:
        asked.add((row.unless.name, False))
    return frozenset(asked)


def _either_way(conditions: list[Condition]) -> bool:
    """Say whether a guard's both answers are already taken care of."""
    alone = {next(iter(condition)) for condition in conditions if len(condition) == 1}
    return any((name, not answer) in alone for name, answer in alone)
