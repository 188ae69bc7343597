"""Rows grouped into arrows, and their captions."""

from __future__ import annotations

import pytest

from rvm_edge.statechart.definition import Chart, Event, Guard, State, Transition
from rvm_edge.statechart.export.arrows import (
    ALL_KINDS,
    CALM,
    Kind,
    arrows,
    captions,
    conditions,
    kind_of,
    seconds,
    timeouts,
)


def chart_of(*rows: Transition) -> Chart[None]:
    states: tuple[State[None], ...] = (State("a", "A."), State("b", "B."))
    return Chart("two", states, "a", (), rows)


def yes(_event: Event, _now: tuple[str, ...]) -> bool:
    return True


G = Guard("g", "G.", yes)
H = Guard("h", "H.", yes)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("error.a", Kind.ERROR),
        ("error.cleanup", Kind.ERROR),
        ("timeout.a.b", Kind.TIMEOUT),
        ("errors.many", Kind.EVENT),
        ("time.out", Kind.EVENT),
    ],
)
def test_an_events_prefix_tells_where_it_comes_from(event: str, kind: Kind) -> None:
    assert kind_of(event) is kind


def test_rows_between_the_same_two_states_become_one_arrow() -> None:
    one, two = Transition("x", "a", "b"), Transition("y", "a", "b")
    back = Transition("z", "b", "a")
    drawn = arrows(chart_of(one, back, two))
    assert [(arrow.source, arrow.target, arrow.rows) for arrow in drawn] == [
        ("a", "b", (one, two)),
        ("b", "a", (back,)),
    ]


def test_an_event_and_a_timeout_are_never_the_same_arrow() -> None:
    drawn = arrows(chart_of(Transition("x", "a", "b"), Transition("timeout.a", "a", "b")))
    assert [arrow.kind for arrow in drawn] == [Kind.EVENT, Kind.TIMEOUT]


def test_staying_and_entering_again_are_two_arrows() -> None:
    drawn = arrows(chart_of(Transition("x", "a", None), Transition("x", "a", "a")))
    assert [arrow.target for arrow in drawn] == [None, "a"]


def test_a_calm_chart_has_no_timeouts_and_no_errors(pump: Chart[None]) -> None:
    assert {arrow.kind for arrow in arrows(pump, CALM)} == {Kind.EVENT}
    assert {arrow.kind for arrow in arrows(pump, ALL_KINDS)} == set(Kind)


def test_every_row_is_on_exactly_one_arrow(pump: Chart[None]) -> None:
    drawn = [row for arrow in arrows(pump) for row in arrow.rows]
    assert sorted(drawn, key=repr) == sorted(pump.transitions, key=repr)


def test_conditions_name_guards_and_what_is_left() -> None:
    rows = (
        Transition("x", "a", "b", guard=G),
        Transition("x", "a", "b", guard=G, unless=H),
        Transition("x", "a", "b", unless=H),
        Transition("x", "a", "b"),
        Transition("x", "b", "a"),
        Transition("y", "a", "b"),
    )
    words = conditions(chart_of(*rows))
    assert [words[row] for row in rows] == ["g", "g and not h", "not h", "else", "", ""]


def test_captions_leave_out_what_the_arrows_own_source_says() -> None:
    rows = (
        Transition("timeout.a", "a", "b"),
        Transition("error.a", "a", "b"),
        Transition("error.cleanup", "a", "b"),
        Transition("x.y", "a", "b", guard=G),
    )
    words = captions(chart_of(*rows))
    assert [words[row] for row in rows] == ["timeout.a", "error", "error.cleanup", "x.y [g]"]


def test_a_timeouts_caption_tells_how_long(pump: Chart[None]) -> None:
    late = Transition("timeout.running.flow.pumping", "running", "broken")
    chart = Chart(pump.name, pump.states, pump.initial, (), (*pump.transitions, late))
    words = captions(chart)
    assert words[late] == "pumping after 2.5 s"
    assert "after 2.5 s" in words.values()


def test_an_error_declared_on_an_outer_state_names_the_inner_one() -> None:
    row = Transition("error.a.b.c", "a", "b")
    assert captions(chart_of(row))[row] == "error in c"


def test_timeouts_are_found_by_path(pump: Chart[None]) -> None:
    assert timeouts(pump) == {"running.flow.pumping": 2.5}


@pytest.mark.parametrize(("value", "text"), [(45.0, "45 s"), (0.5, "0.5 s"), (86400.0, "86400 s")])
def test_durations_have_no_needless_digits(value: float, text: str) -> None:
    assert seconds(value) == text
