"""How often each row of a chart fired, by the word of a journal."""

from __future__ import annotations

import msgspec
import pytest
import trio

from rvm_edge.statechart.build import build
from rvm_edge.statechart.coverage import coverage
from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import SET_ASIDE, Record
from tests.statechart.afternoon import written


@pytest.fixture
def records(pump: Chart[None]) -> list[Record]:
    return trio.run(written, build(pump))


def test_every_row_is_counted_and_those_that_never_fired_are_there(
    pump: Chart[None], records: list[Record]
) -> None:
    found = coverage(records, pump)
    assert tuple(found.fired) == pump.transitions
    by_event = {row.event: count for row, count in found.fired.items() if count}
    assert by_event == {"switched.on": 1, "lamp.toggled": 1, "water.wanted": 1}
    assert sum(found.fired.values()) == sum(len(record.taken) for record in records) == 4
    assert found.covered == 4
    assert (found.steps, found.foreign) == (len(records), 0)


def test_a_row_that_fires_twice_counts_twice(pump: Chart[None], records: list[Record]) -> None:
    once = coverage(records, pump)
    twice = coverage([*records, *records], pump)
    assert twice.fired == {row: 2 * count for row, count in once.fired.items()}
    assert twice.covered == once.covered


def test_rows_of_another_chart_are_told_and_not_counted(
    pump: Chart[None], records: list[Record]
) -> None:
    older = [msgspec.structs.replace(record, chart="0" * 64) for record in records]
    found = coverage([*older, *records], pump)
    assert (found.steps, found.foreign) == (len(records), len(older))
    assert found.fired == coverage(records, pump).fired


def test_the_row_of_a_journal_that_was_set_aside_is_of_no_chart(
    pump: Chart[None], records: list[Record]
) -> None:
    aside = msgspec.structs.replace(records[0], event=SET_ASIDE, chart="")
    assert coverage([aside, *records], pump) == coverage(records, pump)


def test_a_row_that_the_chart_does_not_declare_is_refused(
    pump: Chart[None], records: list[Record]
) -> None:
    lie = msgspec.structs.replace(records[1], taken=("off -> nowhere",))
    with pytest.raises(JournalError, match=r"row 2: the chart declares no row switched\.on: off"):
        coverage([records[0], lie], pump)


def test_an_empty_journal_covers_nothing(pump: Chart[None]) -> None:
    found = coverage([], pump)
    assert (found.covered, found.steps, found.foreign) == (0, 0, 0)
