"""Decides again what a journal says was decided."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import (
    Chart,
    Event,
    Payload,
    StateError,
    TimedOut,
    error_in,
    timeout_of,
)
from rvm_edge.statechart.document import label
from rvm_edge.statechart.errors import StatechartError
from rvm_edge.statechart.journal.record import ARCHIVED, SET_ASIDE, STARTED, STOPPED, Record

__all__ = ["Replay", "event_of"]

M = TypeVar("M")


def event_of(chart: Chart[M], title: str, data: Payload) -> Event:
    """Make the event again that a journal row holds.

    Raises:
        ValueError: the chart has no such event, or the event does not have these fields.
    """
    kind: type[Any] | None  # any event class, whose fields only the row knows
    if title.startswith(error_in("")):
        kind = StateError
    elif title.startswith(timeout_of("")):
        kind = TimedOut
    else:
        kind = next((event for event in chart.events if event.name == title), None)
    if kind is None:
        raise ValueError(f"the chart has no event {title!r}")
    if set(kind.__struct_fields__) != set(data):
        raise ValueError(f"event {title!r} has other fields than {sorted(data)}")
    event: Event = kind(**data)
    if event.title != title:
        raise ValueError(f"the fields of {title!r} say that it is {event.title!r}")
    return event


class Replay(Generic[M]):
    """Holds a journal's rows against the chart that is said to have decided them."""

    def __init__(self, decider: Decider[M]) -> None:
        self._decider = decider
        self._declared = {(row.event, label(row)) for row in decider.chart.transitions}

    def problem(self, record: Record) -> str | None:
        """Say why the chart would not have written this row; None if it would have."""
        if record.event in (STARTED, STOPPED, SET_ASIDE, ARCHIVED):
            return self._own_row(record)
        undeclared = [row for row in record.taken if (record.event, row) not in self._declared]
        if undeclared:
            return f"the chart declares no row {record.event}: {undeclared[0]}"
        try:
            event = event_of(self._decider.chart, record.event, record.data)
            decision = self._decider.decide(record.before, event)
        except (ValueError, TypeError, StatechartError) as error:
            return f"cannot be decided again: {error}"
        again = tuple(label(row) for row in decision.taken)
        if not again:
            return f"the chart ignores {record.event} here"
        if (again, decision.after) != (record.taken, record.after):
            return (
                f"the chart decides {list(again)} to {list(decision.after)}, "
                f"the row says {list(record.taken)} to {list(record.after)}"
            )
        return None

    def _own_row(self, record: Record) -> str | None:
        if record.event == ARCHIVED:
            moves = record.taken or record.before != record.after
            return f"{ARCHIVED} takes no row and leads nowhere" if moves else None
        after = self._decider.initial if record.event == STARTED else ()
        if record.taken or record.after != after:
            return f"{record.event} leads to {list(after)} and takes no row"
        return None
