"""Waiting: nothing waits for ever by accident, and no error or time-out goes unanswered.

`transitions` ignores an event that has no row without a word; an ``error.<state>`` that nobody
handles would leave a state whose activity is dead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeVar

from rvm_edge.statechart.definition import (
    Chart,
    State,
    StatePath,
    Timeout,
    Transition,
    error_in,
    timeout_of,
)
from rvm_edge.statechart.document import ENGINE_ERRORS
from rvm_edge.statechart.lint.finding import Finding, Kind, row_place, state_place
from rvm_edge.statechart.tree import Tree, ancestors, is_inside

__all__ = ["waiting_findings"]

M = TypeVar("M")


def waiting_findings(
    chart: Chart[M], tree: Tree[M], rows: tuple[Transition, ...]
) -> Iterator[Finding]:
    """Yield where a machine could wait for ever, or an error vanish."""
    for path, state in tree.states.items():
        yield from _state(path, state, rows)
    for name in dict.fromkeys(state.name for state in chart.states):
        for event in map(error_in, ENGINE_ERRORS):
            if not _answered(event, (name,), rows):
                yield Finding(
                    Kind.UNANSWERED_ENGINE_ERROR,
                    state_place(name),
                    f"no unconditional row handles {event} here",
                    "add one to this state",
                )
    for row in rows:
        if row.event in map(error_in, ENGINE_ERRORS):
            yield from _engine_row(row)


def _state(path: StatePath, state: State[M], rows: tuple[Transition, ...]) -> Iterator[Finding]:
    around = (*ancestors(path), path)
    if state.timeout is None:
        if not state.children and not state.rests:
            yield Finding(
                Kind.NO_TIMEOUT,
                state_place(path),
                "has no time-out, and does not say why it may last for ever",
                "give it a time-out, or say why in `rests`",
            )
    else:
        yield from _timeout(path, state.timeout, rows)
    if state.activities and not _answered(error_in(path), around, rows):
        yield Finding(
            Kind.UNANSWERED_ERROR,
            state_place(path),
            f"has activities, and no unconditional row handles {error_in(path)}",
            "add one to this state or to one around it",
        )


def _timeout(path: StatePath, limit: Timeout, rows: tuple[Transition, ...]) -> Iterator[Finding]:
    if not (math.isfinite(limit.seconds) and limit.seconds > 0):
        yield Finding(
            Kind.BAD_TIMEOUT,
            state_place(path),
            f"{limit.seconds} s is no time-out",
            "use a finite number of seconds above 0",
        )
    if not _answered(timeout_of(path), (*ancestors(path), path), rows):
        yield Finding(
            Kind.UNANSWERED_TIMEOUT,
            state_place(path),
            f"has a time-out, and no unconditional row handles {timeout_of(path)}",
            "add one to this state or to one around it",
        )


def _answered(event: str, sources: tuple[StatePath, ...], rows: tuple[Transition, ...]) -> bool:
    """Say whether an unconditional row handles `event` on one of `sources`."""
    return any(
        row.event == event and row.source in sources and row.guard is None and row.unless is None
        for row in rows
    )


def _engine_row(row: Transition) -> Iterator[Finding]:
    """Check that the row starts everything anew.

    After a failed clean-up the states that were entered are waiting without their activities, so
    what answers it must leave or re-enter all of them; and a guard asked because a guard raised
    could raise again, for ever.
    """
    if ancestors(row.source):
        problem = "is declared inside another state"
    elif row.guard is not None or row.unless is not None:
        problem = "has a condition"
    elif row.target is None or is_inside(row.target, row.source):
        problem = "does not leave its source"
    else:
        return
    yield Finding(
        Kind.BAD_ENGINE_ROW,
        row_place(row),
        problem,
        "declare it on a top-level state, without conditions, to that state itself or another",
    )
