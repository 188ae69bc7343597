"""Every configuration against every event."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider, Decision
from rvm_edge.statechart.definition import (
    Chart,
    Configuration,
    Event,
    Guard,
    Transition,
)
from rvm_edge.statechart.errors import IllegalConfigurationError
from rvm_edge.statechart.explore import Exploration, Probe, Try, explore
from rvm_edge.statechart.export.table import tsv

IDLE_DARK = ("running.flow.idle", "running.lamp.dark")
PUMPING_DARK = ("running.flow.pumping", "running.lamp.dark")


@pytest.fixture
def found(pump: Chart[None]) -> Exploration:
    return explore(build(pump))


def with_row(pump: Chart[None], *rows: Transition) -> Chart[None]:
    return msgspec.structs.replace(pump, transitions=(*pump.transitions, *rows))


def tries(found: Exploration, before: Configuration, event: str) -> list[Try]:
    return [row for row in found.tries if row.before == before and row.event == event]


def test_every_configuration_that_can_be_reached_is_found(found: Exploration) -> None:
    assert found.configurations == (
        ("off",),
        ("running.flow.idle", "running.lamp.dark"),
        ("running.flow.idle", "running.lamp.lit"),
        ("running.flow.pumping", "running.lamp.dark"),
        ("running.flow.pumping", "running.lamp.lit"),
        ("broken",),
    )


def test_every_event_is_tried_in_every_configuration(pump: Chart[None], found: Exploration) -> None:
    assert set(found.events) == build(pump).declared
    assert {(row.before, row.event) for row in found.tries} == {
        (before, event) for before in found.configurations for event in found.events
    }


def test_what_no_row_mentions_is_ignored(found: Exploration) -> None:
    assert tries(found, ("off",), "lamp.toggled") == [Try(("off",), "lamp.toggled", (), None)]


def test_a_guard_on_the_events_data_gives_a_row_for_each_answer(
    pump: Chart[None], found: Exploration
) -> None:
    wanted, too_much = pump.transitions[4], pump.transitions[5]
    assert tries(found, IDLE_DARK, "water.wanted") == [
        Try(IDLE_DARK, "water.wanted", (("is_dry", True),), IDLE_DARK, (too_much,)),
        Try(IDLE_DARK, "water.wanted", (("is_dry", False),), PUMPING_DARK, (wanted,)),
    ]


def test_a_guard_that_is_in_no_active_row_is_not_in_question(found: Exploration) -> None:
    assert tries(found, PUMPING_DARK, "water.wanted") == [
        Try(PUMPING_DARK, "water.wanted", (), None)
    ]


def test_a_guard_on_the_configuration_is_asked_and_gives_one_row(
    pump: Chart[None], found: Exploration
) -> None:
    off = pump.transitions[1]
    assert tries(found, IDLE_DARK, "switched.off") == [
        Try(IDLE_DARK, "switched.off", (("is_still", True),), ("off",), (off,))
    ]
    assert tries(found, PUMPING_DARK, "switched.off") == [
        Try(PUMPING_DARK, "switched.off", (("is_still", False),), None)
    ]


def test_two_guards_give_every_combination(pump: Chart[None]) -> None:
    one = Guard("one", "One.", lambda _event, _now: True)
    two = Guard("two", "Two.", lambda _event, _now: True)
    row = Transition("tick", "off", "broken", guard=one, unless=two)
    found = explore(Decider(with_row(pump, row)))
    assert [(row.guards, row.after) for row in tries(found, ("off",), "tick")] == [
        ((("one", True), ("two", True)), None),
        ((("one", True), ("two", False)), ("broken",)),
        ((("one", False), ("two", True)), None),
        ((("one", False), ("two", False)), None),
    ]


def test_staying_in_place_is_handled(pump: Chart[None], found: Exploration) -> None:
    lit = ("running.flow.idle", "running.lamp.lit")
    [row] = tries(found, lit, "tick")
    assert row.after == lit
    assert row.taken == (pump.transitions[9],)


def test_handled_and_ignored_add_up(found: Exploration) -> None:
    assert (len(found.configurations), len(found.events)) == (6, 10)
    assert (found.handled, found.ignored) == (35, 27)
    assert len(found.tries) == 62


def test_a_sound_chart_is_complete(pump: Chart[None], found: Exploration) -> None:
    assert found.complete
    assert found.fired == pump.transitions
    assert found.unfired == ()
    assert found.findings == ()


def test_a_row_that_can_never_fire_is_named(pump: Chart[None]) -> None:
    never = Guard("never", "Never.", lambda _event, _now: False, configuration_only=True)
    row = Transition("tick", "off", "broken", guard=never)
    found = explore(Decider(with_row(pump, row)))
    assert found.unfired == (row,)
    assert found.fired == pump.transitions
    assert not found.complete


def test_a_row_hidden_behind_another_is_named(pump: Chart[None]) -> None:
    hidden = Transition("switched.on", "off", "broken")
    assert explore(Decider(with_row(pump, hidden))).unfired == (hidden,)


def test_a_guard_on_the_configuration_that_raises_is_a_finding(pump: Chart[None]) -> None:
    def breaks(_event: Event, now: Configuration) -> bool:
        raise LookupError(f"nothing at {now[0]}")

    guard = Guard("breaks", "Breaks.", breaks, configuration_only=True)
    found = explore(Decider(with_row(pump, Transition("tick", "off", "broken", guard=guard))))
    assert found.findings == (
        "tick in off: guard breaks raised, asked by off on tick (LookupError('nothing at off'))",
    )
    assert tries(found, ("off",), "tick") == []
    assert not found.complete


def test_a_guard_on_data_is_never_asked(pump: Chart[None]) -> None:
    def breaks(_event: Event, _now: Configuration) -> bool:
        raise AssertionError("a guard on data was asked")

    guard = Guard("breaks", "Breaks.", breaks)
    found = explore(Decider(with_row(pump, Transition("tick", "off", "broken", guard=guard))))
    assert found.complete


class _Torn(Decider[None]):
    """Loses the lamp when the pump starts."""

    def decide(
        self,
        configuration: Configuration,
        event: Event,
        guards: Mapping[str, bool] | None = None,
    ) -> Decision:
        decision = super().decide(configuration, event, guards)
        if decision.after == PUMPING_DARK and decision.before == IDLE_DARK:
            raise IllegalConfigurationError(PUMPING_DARK[:1])
        return decision


def test_a_configuration_that_is_not_legal_is_a_finding(pump: Chart[None]) -> None:
    found = explore(_Torn(pump))
    assert found.findings == (
        "water.wanted in running.flow.idle | running.lamp.dark: "
        "['running.flow.pumping'] is no configuration of this chart",
    )
    assert len(tries(found, IDLE_DARK, "water.wanted")) == 1
    assert found.unfired == ()
    assert not found.complete


def test_a_probe_has_the_title_it_was_made_with() -> None:
    assert Probe("timeout.a.b").title == "timeout.a.b"


def test_the_table_is_the_same_every_time(pump: Chart[None]) -> None:
    assert tsv(explore(build(pump))) == tsv(explore(build(pump)))


def test_the_table_has_one_line_for_each_try(found: Exploration) -> None:
    lines = tsv(found).splitlines()
    assert lines[0] == "before\tevent\tguards\tafter"
    assert len(lines) == 1 + len(found.tries)
    assert all(line.count("\t") == 3 for line in lines)
    both = "running.flow.idle | running.lamp.dark"
    assert f"{both}\twater.wanted\tis_dry=yes\t{both}" in lines
    assert "off\tlamp.toggled\t\tignored" in lines
    assert "running.flow.pumping | running.lamp.lit\tswitched.off\tis_still=no\tignored" in lines
