"""What every picture of a chart is made of: rows grouped into arrows, and their captions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import TypeVar

import msgspec

from rvm_edge.statechart.definition import Chart, StatePath, Transition, error_in, timeout_of
from rvm_edge.statechart.tree import holds

__all__ = [
    "ALL_KINDS",
    "CALM",
    "Arrow",
    "Kind",
    "arrows",
    "captions",
    "conditions",
    "kind_of",
    "seconds",
    "timeouts",
]

M = TypeVar("M")


class Kind(Enum):
    """Where a row's event comes from."""

    EVENT = "event"
    TIMEOUT = "timeout"
    ERROR = "error"


ALL_KINDS = frozenset(Kind)
"""Every row of the chart."""

CALM = frozenset({Kind.EVENT})
"""The rows of a machine on which nothing goes wrong and nobody is late."""


class Arrow(msgspec.Struct, frozen=True):
    """All rows of one kind between the same two states, to be drawn as one line.

    Attributes:
        source: the state that must be active.
        target: the state entered; None stays in place.
        kind: what all its rows have in common.
        rows: in declared order, at least one.
    """

    source: StatePath
    target: StatePath | None
    kind: Kind
    rows: tuple[Transition, ...]


def kind_of(event: str) -> Kind:
    """Say where the event titled `event` comes from."""
    if event.startswith(error_in("")):
        return Kind.ERROR
    if event.startswith(timeout_of("")):
        return Kind.TIMEOUT
    return Kind.EVENT


def arrows(chart: Chart[M], kinds: Collection[Kind] = ALL_KINDS) -> tuple[Arrow, ...]:
    """Group the chart's rows of `kinds` into arrows, in the order of their first rows."""
    groups: dict[tuple[StatePath, StatePath | None, Kind], list[Transition]] = {}
    for row in chart.transitions:
        kind = kind_of(row.event)
        if kind in kinds:
            groups.setdefault((row.source, row.target, kind), []).append(row)
    return tuple(Arrow(*key, tuple(rows)) for key, rows in groups.items())


def conditions(chart: Chart[M]) -> Mapping[Transition, str]:
    """Write each row's guards as words: "" for none, "else" where only earlier rows have one."""
    guarded = set()
    found = {}
    for row in chart.transitions:
        words = []
        if row.guard is not None:
            words.append(row.guard.name)
        if row.unless is not None:
            words.append(f"not {row.unless.name}")
        if not words and (row.event, row.source) in guarded:
            words.append("else")
        elif words:
            guarded.add((row.event, row.source))
        found[row] = " and ".join(words)
    return found


def seconds(value: float) -> str:
    """Write a duration without needless digits: ``45 s``, ``0.5 s``."""
    return f"{value:.10g} s"


def timeouts(chart: Chart[M]) -> Mapping[StatePath, float]:
    """Return the chart's own time-outs, in seconds, by the state's path."""
    return {
        path: state.timeout.seconds for path, state in chart.walk() if state.timeout is not None
    }


def captions(chart: Chart[M]) -> Mapping[Transition, str]:
    """Write what fires each row: its event and guards, short where the place says the rest."""
    limits = timeouts(chart)
    return {
        row: f"{_event_words(row, limits)}{words and f' [{words}]'}"
        for row, words in conditions(chart).items()
    }


def _event_words(row: Transition, limits: Mapping[StatePath, float]) -> str:
    about = row.event.partition(".")[2]
    inner = about.rpartition(".")[2]
    kind = kind_of(row.event)
    if kind is Kind.TIMEOUT and about in limits:
        waited = f"after {seconds(limits[about])}"
        return waited if about == row.source else f"{inner} {waited}"
    if kind is Kind.ERROR and holds(row.source, about):
        return "error" if about == row.source else f"error in {inner}"
    return row.event
