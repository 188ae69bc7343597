"""Walking through a journal, step by step."""

from __future__ import annotations

import pytest
import trio
from msgspec.structs import asdict

from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.journal import STARTED, STOPPED, Record
from rvm_edge.statechart.retrace import Step, retrace
from tests.statechart.afternoon import written


@pytest.fixture
def decider(pump: Chart[None]) -> Decider[None]:
    return build(pump)


@pytest.fixture
def records(decider: Decider[None]) -> list[Record]:
    return trio.run(written, decider)


def test_each_step_says_what_was_left_and_what_was_entered(
    decider: Decider[None], records: list[Record]
) -> None:
    steps = [(step.event, step.exited, step.entered) for step in retrace(records, decider)]
    assert steps == [
        (STARTED, (), ("off",)),
        (
            "switched.on",
            ("off",),
            (
                "running",
                "running.flow",
                "running.lamp",
                "running.flow.idle",
                "running.lamp.dark",
            ),
        ),
        ("lamp.toggled", ("running.lamp.dark",), ("running.lamp.lit",)),
        ("water.wanted", ("running.flow.idle",), ("running.flow.pumping",)),
        ("lamp.toggled", ("running.lamp.lit",), ("running.lamp.dark",)),
        (
            STOPPED,
            (
                "running.lamp.dark",
                "running.flow.pumping",
                "running.lamp",
                "running.flow",
                "running",
            ),
            (),
        ),
    ]


def test_a_sound_journal_has_no_problem(decider: Decider[None], records: list[Record]) -> None:
    steps = list(retrace(records, decider))
    assert not any(step.problem or step.foreign for step in steps)


def test_a_step_holds_what_the_row_says(decider: Decider[None], records: list[Record]) -> None:
    step = list(retrace(records, decider))[3]
    for name in ("seq", "at", "event", "data", "before", "after", "taken"):
        assert getattr(step, name) == getattr(records[3], name)
    assert step.data == {"litres": 3}


def test_it_may_start_in_the_middle(decider: Decider[None], records: list[Record]) -> None:
    assert list(retrace(records[2:4], decider)) == list(retrace(records, decider))[2:4]


def replaced(records: list[Record], place: int, **fields: object) -> list[Record]:
    changed = Record(**{**asdict(records[place]), **fields})
    return [*records[:place], changed, *records[place + 1 :]]


def step_of(decider: Decider[None], records: list[Record], place: int) -> Step:
    return list(retrace(records, decider))[place]


def test_a_row_that_the_chart_decides_differently_is_a_problem(
    decider: Decider[None], records: list[Record]
) -> None:
    # 10 litres: the guard would have said no.
    step = step_of(decider, replaced(records, 3, data={"litres": 10}), 3)
    assert step.problem is not None
    assert "the chart decides" in step.problem
    assert step.exited == step.entered == ()


def test_another_charts_row_is_shown_but_not_decided_again(
    decider: Decider[None], records: list[Record]
) -> None:
    step = step_of(decider, replaced(records, 3, chart="f" * 64, event="unheard.of"), 3)
    assert step.foreign
    assert step.problem is None
    assert step.exited == step.entered == ()
    assert step.after == records[3].after


def test_a_start_after_a_cut_from_a_state_that_is_gone_is_no_problem(
    decider: Decider[None], records: list[Record]
) -> None:
    # A program with a new chart starts where the old one was cut off.
    step = step_of(decider, replaced(records, 0, before=("melted",)), 0)
    assert step.problem is None
    assert step.exited == ()
    assert step.entered == ("off",)
