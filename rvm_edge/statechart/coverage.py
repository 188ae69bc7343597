"""Counts which of the chart's rows a journal says have fired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from rvm_edge.statechart.definition import Chart, Transition
from rvm_edge.statechart.document import chart_hash, label
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import ARCHIVED, SET_ASIDE, Record

__all__ = ["Coverage", "coverage"]

M = TypeVar("M")


class Coverage(msgspec.Struct, frozen=True):
    """What a journal covers of a chart.

    Attributes:
        fired: how often each of the chart's rows fired, those that never did included.
        steps: how many of the journal's rows were decided by this chart.
        foreign: how many were decided by another one, and are not counted.
    """

    fired: Mapping[Transition, int]
    steps: int
    foreign: int

    @property
    def covered(self) -> int:
        """How many of the chart's rows fired at least once."""
        return sum(count > 0 for count in self.fired.values())


def coverage(records: Iterable[Record], chart: Chart[M]) -> Coverage:
    """Count, without deciding anything again: whether a journal is true is asked of `verify`.

    Raises:
        JournalError: a row of this very chart names a transition that it does not declare, or the
            journal cannot be read.
    """
    present = chart_hash(chart)
    declared = {(row.event, label(row)): row for row in chart.transitions}
    fired = dict.fromkeys(chart.transitions, 0)
    steps = foreign = 0
    for record in records:
        if record.event in (SET_ASIDE, ARCHIVED):
            continue
        if record.chart != present:
            foreign += 1
            continue
        steps += 1
        for taken in record.taken:
            row = declared.get((record.event, taken))
            if row is None:
                raise JournalError(
                    f"row {record.seq}: the chart declares no row {record.event}: {taken}; "
                    "verify the journal"
                )
            fired[row] += 1
    return Coverage(fired, steps, foreign)
