"""Walks through a journal step by step, saying what the chart left and entered each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Configuration, Payload, StatePath
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.errors import StatechartError
from rvm_edge.statechart.journal import (
    ARCHIVED,
    SET_ASIDE,
    STARTED,
    STOPPED,
    Record,
    Replay,
    event_of,
)

__all__ = ["Step", "retrace"]

M = TypeVar("M")


class Step(msgspec.Struct, frozen=True):
    """One row of the journal, decided again.

    Attributes:
        seq: the row's number.
        at: the row's time, UTC, ISO 8601.
        event: the event's title.
        data: the event's fields.
        before: the configuration before.
        after: the configuration after, as the row says.
        taken: the chart's rows that fired, as the row says.
        exited: the states left, innermost first; none where the step was not decided again.
        entered: the states entered, outermost first; likewise.
        foreign: the row was decided by another chart, and is not decided again.
        problem: why the present chart would not have done this; None if it would have.
    """

    seq: int
    at: str
    event: str
    data: Payload
    before: Configuration
    after: Configuration
    taken: tuple[str, ...]
    exited: tuple[StatePath, ...]
    entered: tuple[StatePath, ...]
    foreign: bool
    problem: str | None


def retrace(records: Iterable[Record], decider: Decider[M]) -> Iterator[Step]:
    """Decide every row again and yield what the chart did.

    Args:
        records: rows of a journal, in order; they need not start at the first.
        decider: the present chart's.
    """
    replay = Replay(decider)
    present = chart_hash(decider.chart)
    for record in records:
        foreign = record.chart != present and record.event not in (SET_ASIDE, ARCHIVED)
        problem = None if foreign else replay.problem(record)
        moved: tuple[tuple[StatePath, ...], tuple[StatePath, ...]] = ((), ())
        if not foreign and problem is None:
            moved = _moved(record, decider)
        yield Step(
            seq=record.seq,
            at=record.at,
            event=record.event,
            data=record.data,
            before=record.before,
            after=record.after,
            taken=record.taken,
            exited=moved[0],
            entered=moved[1],
            foreign=foreign,
            problem=problem,
        )


def _moved(
    record: Record, decider: Decider[M]
) -> tuple[tuple[StatePath, ...], tuple[StatePath, ...]]:
    """Say which states a row that holds left and entered."""
    if record.event == ARCHIVED:
        return (), ()
    if record.event in (STARTED, STOPPED, SET_ASIDE):
        return _active(record.before, decider)[::-1], _active(record.after, decider)
    event = event_of(decider.chart, record.event, record.data)
    decision = decider.decide(record.before, event)
    return decision.exited, decision.entered


def _active(configuration: Configuration, decider: Decider[M]) -> tuple[StatePath, ...]:
    """Return what is active; nothing where nothing is, or where only an older chart could say."""
    try:
        return decider.active(configuration) if configuration else ()
    except StatechartError:
        return ()
