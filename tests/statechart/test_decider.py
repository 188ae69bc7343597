"""Deciding: what an event does to a configuration."""

from __future__ import annotations

from typing import ClassVar

import pytest
from msgspec.structs import replace

from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import (
    Chart,
    Configuration,
    Event,
    State,
    StateError,
    TimedOut,
    Transition,
)
from rvm_edge.statechart.errors import (
    ChartError,
    GuardError,
    IllegalConfigurationError,
)
from tests.statechart import charts
from tests.statechart.charts import (
    BROKEN,
    BUSY,
    CELL,
    EVERY_CONFIGURATION,
    FAST,
    OFF,
    PUT,
    READY,
    SLOW,
    TAKE,
    WORK,
    Bench,
)


@pytest.fixture(scope="module")
def cell() -> Decider[Bench]:
    return build(CELL)


def test_a_broken_chart_is_not_built_and_the_error_names_every_fault() -> None:
    broken = charts.with_rows(
        CELL, Transition("start", "nowhere", OFF), Transition("stop", OFF, "elsewhere")
    )
    with pytest.raises(ChartError, match=r"(?s)2 fault.*'nowhere'.*'elsewhere'") as caught:
        build(broken)
    assert len(caught.value.findings) == 2


def test_the_machine_starts_in_the_initial_state(cell: Decider[Bench]) -> None:
    assert cell.initial == (OFF,)
    assert build(replace(CELL, initial="work")).initial == (SLOW, READY)


def test_states_are_known_by_their_paths(cell: Decider[Bench]) -> None:
    assert cell.states[TAKE].name == "take"
    assert cell.chart is CELL


def test_what_may_occur_includes_what_the_engine_posts_itself(cell: Decider[Bench]) -> None:
    assert {"start", "part", "error.cleanup", "error.guard"} <= cell.declared
    assert {f"error.{BUSY}", f"timeout.{TAKE}"} <= cell.declared
    assert "error.work.belt" not in cell.declared, "the region has no activity"
    assert f"timeout.{READY}" not in cell.declared, "the state has no time-out"


def test_active_is_every_leaf_and_all_around_it_outermost_first(cell: Decider[Bench]) -> None:
    assert cell.active((FAST, PUT)) == (WORK, "work.belt", "work.tool", FAST, BUSY, PUT)
    assert cell.active((OFF,)) == (OFF,)


@pytest.mark.parametrize("configuration", EVERY_CONFIGURATION)
def test_a_leaf_of_every_region_is_legal(
    cell: Decider[Bench], configuration: Configuration
) -> None:
    assert cell.is_legal(configuration)


@pytest.mark.parametrize(
    "configuration",
    [
        (),
        (SLOW,),
        (READY,),
        (READY, SLOW),
        (SLOW, FAST),
        (SLOW, READY, TAKE),
        (SLOW, BUSY),
        (WORK,),
        (OFF, BROKEN),
        (OFF, SLOW, READY),
        ("nowhere",),
    ],
)
def test_anything_else_is_not_and_is_refused(
    cell: Decider[Bench], configuration: Configuration
) -> None:
    assert not cell.is_legal(configuration)
    with pytest.raises(IllegalConfigurationError):
        cell.decide(configuration, charts.Start())


def test_a_change_in_one_region_touches_nothing_of_the_other(cell: Decider[Bench]) -> None:
    decision = cell.decide((SLOW, TAKE), charts.Faster())
    assert decision.after == (FAST, TAKE)
    assert (decision.exited, decision.entered) == ((SLOW,), (FAST,))
    assert decision.event_title == "faster"
    assert decision.before == (SLOW, TAKE)


def test_entries_go_outermost_first_and_exits_innermost_first(cell: Decider[Bench]) -> None:
    into = cell.decide((OFF,), charts.Start())
    assert into.after == (SLOW, READY)
    assert into.entered == (WORK, "work.belt", "work.tool", SLOW, READY)
    out = cell.decide((FAST, PUT), charts.Stop())
    assert out.after == (OFF,)
    assert out.exited == (PUT, FAST, BUSY, "work.belt", "work.tool", WORK)


def test_entering_a_composite_state_enters_its_initial_child(cell: Decider[Bench]) -> None:
    decision = cell.decide((SLOW, READY), charts.Part(1.0))
    assert decision.entered == (BUSY, TAKE)


def test_a_state_may_lead_back_to_itself_and_is_left_and_entered(cell: Decider[Bench]) -> None:
    decision = cell.decide((BROKEN,), StateError(BROKEN, "E", "m"))
    assert (decision.exited, decision.entered) == ((BROKEN,), (BROKEN,))


def test_an_internal_row_fires_without_leaving_anything(cell: Decider[Bench]) -> None:
    decision = cell.decide((FAST, READY), charts.Ping())
    assert decision.handled
    assert [row.target for row in decision.taken] == [None]
    assert decision.after == (FAST, READY)
    assert (decision.exited, decision.entered) == ((), ())


@pytest.mark.parametrize("event", [charts.Ping(), charts.Start()])
def test_an_event_that_nothing_handles_here_is_ignored(cell: Decider[Bench], event: Event) -> None:
    decision = cell.decide((SLOW, READY), event)
    assert not decision.handled
    assert decision.after == decision.before


def test_an_unknown_event_is_ignored_without_a_word(
    cell: Decider[Bench], caplog: pytest.LogCaptureFixture
) -> None:
    class Unheard(Event, frozen=True):
        name: ClassVar[str] = "unheard"

    assert not cell.decide((OFF,), Unheard()).handled
    assert caplog.records == []


def test_rows_are_tried_in_their_order_until_a_guard_holds(cell: Decider[Bench]) -> None:
    good = cell.decide((SLOW, PUT), charts.Done(ok=True))
    assert (good.after, len(good.taken)) == ((SLOW, READY), 1)
    bad = cell.decide((SLOW, PUT), charts.Done(ok=False))
    assert bad.after == (SLOW, TAKE)
    assert [row.doc for row in bad.taken] == ["once more"]


def test_unless_is_a_guard_that_must_not_hold(cell: Decider[Bench]) -> None:
    assert cell.decide((SLOW, READY), charts.Part(99.0)).after == (SLOW, TAKE)
    assert not cell.decide((SLOW, READY), charts.Part(101.0)).handled


def test_a_guard_sees_the_configuration_before_the_event(cell: Decider[Bench]) -> None:
    assert cell.decide((FAST, READY), charts.Part(101.0)).taken[0].guard is charts.IS_FAST


def test_guards_can_be_answered_for_them(cell: Decider[Bench]) -> None:
    forced = cell.decide((SLOW, READY), charts.Part(1.0), {"is_heavy": True, "is_fast": True})
    assert forced.taken[0].guard is charts.IS_FAST
    assert not cell.decide(
        (SLOW, READY), charts.Part(1.0), {"is_heavy": True, "is_fast": False}
    ).handled


def test_a_raising_guard_is_named_with_its_row_and_leaves_nothing_behind(
    cell: Decider[Bench],
) -> None:
    for _ in range(2):
        with pytest.raises(GuardError, match=r"guard is_heavy raised, asked by work\.tool\.ready"):
            cell.decide((SLOW, READY), charts.Part(-1.0))
    assert cell.decide((SLOW, READY), charts.Part(1.0)).after == (SLOW, TAKE)


def test_deciding_the_same_thing_twice_gives_the_same(cell: Decider[Bench]) -> None:
    first = cell.decide((SLOW, READY), charts.Part(1.0))
    cell.decide((FAST, PUT), charts.Stop())
    assert cell.decide((SLOW, READY), charts.Part(1.0)) == first


def test_an_error_in_a_region_can_leave_the_whole_parallel_state(cell: Decider[Bench]) -> None:
    decision = cell.decide((FAST, PUT), StateError(PUT, "E", "m"))
    assert decision.after == (BROKEN,)
    assert set(decision.exited) == {PUT, FAST, BUSY, "work.belt", "work.tool", WORK}


def test_a_time_out_is_an_event_like_any_other(cell: Decider[Bench]) -> None:
    assert cell.decide((FAST, TAKE), TimedOut(TAKE)).after == (FAST, READY)


def test_a_row_of_a_leaf_may_leave_a_parallel_state_if_nobody_else_handles_the_event() -> None:
    decider = build(
        charts.with_rows(
            charts.without_rows(CELL, f"error.{TAKE}"), Transition(f"error.{TAKE}", TAKE, BROKEN)
        )
    )
    decision = decider.decide((FAST, TAKE), StateError(TAKE, "E", "m"))
    assert decision.after == (BROKEN,)
    assert set(decision.exited) == {TAKE, FAST, BUSY, "work.belt", "work.tool", WORK}


def test_two_regions_may_handle_one_event_side_by_side() -> None:
    decider = build(charts.with_rows(CELL, Transition("faster", READY, BUSY)))
    decision = decider.decide((SLOW, READY), charts.Faster())
    assert decision.after == (FAST, TAKE)
    assert {row.source for row in decision.taken} == {SLOW, READY}
    assert set(decision.exited) == {SLOW, READY}
    assert set(decision.entered[:2]) == {FAST, BUSY}
    assert decision.entered[2] == TAKE


def test_a_region_may_be_started_over_from_inside_and_keeps_its_place() -> None:
    decider = build(charts.with_rows(CELL, Transition("ping", PUT, "work.tool")))
    decision = decider.decide((SLOW, PUT), charts.Ping())
    assert decision.after == (SLOW, READY)
    assert decision.exited == (PUT, BUSY, "work.tool")


def test_parallel_states_inside_parallel_states_decide_too() -> None:
    decider = build(nested_parallels())
    start = ("all.left.one", "all.right.in.a.x", "all.right.in.b.x")
    assert decider.initial == start
    assert decider.is_legal(start)
    assert not decider.is_legal(start[:2])
    decision = decider.decide(start, charts.Faster())
    assert decision.after == ("all.left.one", "all.right.in.a.x", "all.right.in.b.y")
    assert decider.decide(decision.after, charts.Start()).after == ("all.left.one", "all.right.out")


def nested_parallels() -> Chart[Bench]:
    def rests(name: str) -> State[Bench]:
        return State(name, "", rests="for the test")

    inner = State(
        "in",
        "",
        parallel=True,
        children=(
            State("a", "", children=(rests("x"),), initial="x"),
            State("b", "", children=(rests("x"), rests("y")), initial="x"),
        ),
    )
    return Chart(
        name="nested",
        states=(
            State(
                "all",
                "",
                parallel=True,
                children=(
                    State("left", "", children=(rests("one"),), initial="one"),
                    State("right", "", children=(inner, rests("out")), initial="in"),
                ),
            ),
            rests("end"),
        ),
        initial="all",
        events=(charts.Faster, charts.Slower, charts.Start, charts.Stop, charts.Repaired),
        transitions=(
            Transition("faster", "all.right.in.b.x", "all.right.in.b.y"),
            Transition("slower", "all.right.in.b.y", "all.right.in.b.x"),
            Transition("start", "all.right.in", "all.right.out"),
            Transition("repaired", "all.right.out", "all.right.in"),
            Transition("stop", "all", "end"),
            Transition("start", "end", "all"),
            *charts.engine_rows("all", "all"),
            *charts.engine_rows("end", "end"),
        ),
    )


def test_rows_that_tear_a_parallel_state_apart_are_caught_even_past_the_linter() -> None:
    torn = Decider(charts.with_rows(CELL, Transition("part", OFF, TAKE)))
    with pytest.raises(IllegalConfigurationError, match=TAKE):
        torn.decide((OFF,), charts.Part(1.0))
