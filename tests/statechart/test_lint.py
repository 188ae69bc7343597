"""Linting: every fault of a chart is found, named by its place, and comes with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import (
    Chart,
    Event,
    Guard,
    State,
    StateError,
    TimedOut,
    Timeout,
    Transition,
    error_in,
    timeout_of,
)
from rvm_edge.statechart.lint import Finding, Kind, findings
from tests.statechart import charts
from tests.statechart.charts import (
    BROKEN,
    BUSY,
    CELL,
    FAST,
    OFF,
    PUT,
    READY,
    SLOW,
    TAKE,
    WORK,
    Bench,
)

Cell = Chart[Bench]


def kinds(chart: Cell) -> set[Kind]:
    return {finding.kind for finding in findings(chart)}


def only(chart: Cell, kind: Kind) -> Finding:
    """The one finding of `kind`."""
    (finding,) = [finding for finding in findings(chart) if finding.kind is kind]
    return finding


def test_a_clean_chart_has_no_findings() -> None:
    assert findings(CELL) == ()


def test_a_finding_reads_as_one_line_with_place_fault_remedy_and_kind() -> None:
    text = str(
        only(charts.with_rows(CELL, Transition("start", OFF, "nowhere")), Kind.UNKNOWN_TARGET)
    )
    assert text == (
        "row start: off -> nowhere: there is no state 'nowhere'; "
        "name a state by its whole path [unknown-target]"
    )


class Nameless(Event, frozen=True):
    """Forgot its name."""


class Shouting(Event, frozen=True):
    name: ClassVar[str] = "Too Loud"


class Impostor(Event, frozen=True):
    name: ClassVar[str] = "error.off"


class Started(Event, frozen=True):
    name: ClassVar[str] = "started"


class Heavy(Event, frozen=True):
    parts: list[str] = field(default_factory=list)

    name: ClassVar[str] = "heavy"


def with_event(event: type[Event]) -> Cell:
    chart = replace(CELL, events=(*CELL.events, event))
    return charts.with_rows(chart, Transition(event.name, FAST, None))


def rests(name: str) -> State[Bench]:
    return State(name, "", rests="for the test")


def with_region_leaves() -> Cell:
    """`work` with a third region of one leaf that nothing can leave but with `work`."""
    regions = dict(CELL.walk())[WORK].children
    return charts.with_state(CELL, WORK, children=(*regions, rests("lamp")))


OTHER_FAST = Guard("is_fast", "somebody else's", lambda _event, now: FAST in now)


@pytest.mark.parametrize(
    ("broken", "kind", "where"),
    [
        # Names
        (replace(CELL, initial="nowhere"), Kind.UNKNOWN_INITIAL, "chart"),
        (charts.with_state(CELL, BUSY, initial="nowhere"), Kind.UNKNOWN_INITIAL, BUSY),
        (charts.with_state(CELL, BUSY, initial=None), Kind.UNKNOWN_INITIAL, BUSY),
        (charts.with_state(CELL, READY, initial="take"), Kind.UNKNOWN_INITIAL, READY),
        (replace(CELL, states=(*CELL.states, rests("off"))), Kind.DUPLICATE_STATE, OFF),
        (replace(CELL, states=(*CELL.states, rests("Not Good"))), Kind.BAD_NAME, "Not Good"),
        (replace(CELL, states=(*CELL.states, rests("a.b"))), Kind.BAD_NAME, "a.b"),
        (replace(CELL, states=(*CELL.states, rests(""))), Kind.BAD_NAME, "''"),
        (replace(CELL, states=(*CELL.states, rests("cleanup"))), Kind.RESERVED_NAME, "cleanup"),
        (charts.with_state(CELL, WORK, initial="belt"), Kind.BAD_PARALLEL, WORK),
        (
            charts.with_state(CELL, BUSY, parallel=True, initial=None, children=(rests("take"),)),
            Kind.BAD_PARALLEL,
            BUSY,
        ),
        (charts.with_state(CELL, READY, parallel=True), Kind.BAD_PARALLEL, READY),
        (replace(CELL, events=(*CELL.events, charts.Ping)), Kind.DUPLICATE_EVENT, "ping"),
        (with_event(Nameless), Kind.BAD_NAME, "event ''"),
        (with_event(Shouting), Kind.BAD_NAME, "Too Loud"),
        (with_event(Impostor), Kind.RESERVED_NAME, "error.off"),
        (with_event(Started), Kind.RESERVED_NAME, "started"),
        (with_event(Heavy), Kind.UNWRITABLE_EVENT, "heavy"),
        (
            charts.with_rows(CELL, Transition("ping", SLOW, None, guard=OTHER_FAST)),
            Kind.AMBIGUOUS_GUARD,
            "ping: work.belt.slow stays",
        ),
        # Rows
        (
            charts.with_rows(CELL, Transition("start", "nowhere", OFF)),
            Kind.UNKNOWN_SOURCE,
            "start: nowhere -> off",
        ),
        (
            charts.with_rows(CELL, Transition("ping", OFF, "nowhere")),
            Kind.UNKNOWN_TARGET,
            "ping: off -> nowhere",
        ),
        (
            charts.with_rows(CELL, Transition("unheard", OFF, BROKEN)),
            Kind.UNDECLARED_EVENT,
            "unheard: off -> broken",
        ),
        (
            charts.with_rows(CELL, Transition(error_in("work.belt"), WORK, BROKEN)),
            Kind.UNDECLARED_EVENT,
            "error.work.belt",
        ),
        (
            charts.with_rows(CELL, Transition(timeout_of(READY), READY, BUSY)),
            Kind.UNDECLARED_EVENT,
            f"timeout.{READY}",
        ),
        (charts.without_rows(CELL, "ping"), Kind.UNUSED_EVENT, "event 'ping'"),
        (
            charts.with_rows(CELL, Transition("start", OFF, BROKEN)),
            Kind.DUPLICATE_ROW,
            "start: off -> broken",
        ),
        (
            charts.with_rows(CELL, Transition("done", PUT, TAKE, guard=charts.IS_FAST)),
            Kind.UNREACHABLE_ROW,
            "[is_fast]",
        ),
        (
            charts.with_rows(
                CELL,
                Transition("part", READY, None, guard=charts.IS_HEAVY),
                Transition("part", READY, READY),
            ),
            Kind.UNREACHABLE_ROW,
            "part: work.tool.ready -> work.tool.ready",
        ),
        (
            charts.with_rows(
                CELL,
                Transition("ping", SLOW, None, guard=charts.IS_FAST, unless=charts.IS_FAST),
            ),
            Kind.IMPOSSIBLE_ROW,
            "ping",
        ),
        (
            charts.with_rows(CELL, Transition(error_in(OFF), BROKEN, OFF)),
            Kind.IMPOSSIBLE_ROW,
            "error.off: broken -> off",
        ),
        # Reach
        (replace(CELL, states=(*CELL.states, rests("island"))), Kind.UNREACHABLE_STATE, "island"),
        (charts.without_rows(CELL, "start"), Kind.UNREACHABLE_STATE, "state work"),
        (charts.without_rows(CELL, "repaired"), Kind.NO_WAY_OUT, "state broken"),
        (
            charts.with_rows(
                charts.without_rows(CELL, "repaired"), Transition("repaired", BROKEN, BROKEN)
            ),
            Kind.NO_WAY_OUT,
            "state broken",
        ),
        (
            charts.with_rows(
                charts.without_rows(
                    charts.without_rows(CELL, "repaired"), error_in(BROKEN), BROKEN
                ),
                Transition(error_in(BROKEN), BROKEN, OFF),
            ),
            Kind.NO_WAY_OUT,
            "state broken",
        ),
        # Waiting
        (charts.with_state(CELL, READY, rests=""), Kind.NO_TIMEOUT, READY),
        (charts.with_state(CELL, TAKE, timeout=Timeout(0)), Kind.BAD_TIMEOUT, TAKE),
        (charts.with_state(CELL, TAKE, timeout=Timeout(float("inf"))), Kind.BAD_TIMEOUT, TAKE),
        (charts.with_state(CELL, TAKE, timeout=Timeout(float("nan"))), Kind.BAD_TIMEOUT, TAKE),
        (charts.without_rows(CELL, timeout_of(TAKE)), Kind.UNANSWERED_TIMEOUT, TAKE),
        (
            charts.with_rows(
                charts.without_rows(CELL, timeout_of(TAKE)),
                Transition(timeout_of(TAKE), TAKE, READY, guard=charts.IS_FAST),
            ),
            Kind.UNANSWERED_TIMEOUT,
            TAKE,
        ),
        (charts.without_rows(CELL, error_in(TAKE)), Kind.UNANSWERED_ERROR, TAKE),
        (
            charts.with_rows(
                charts.without_rows(CELL, error_in(TAKE)),
                Transition(error_in(TAKE), TAKE, READY, unless=charts.IS_FAST),
            ),
            Kind.UNANSWERED_ERROR,
            TAKE,
        ),
        (
            charts.with_rows(
                charts.without_rows(CELL, error_in(BUSY)),
                Transition(error_in(BUSY), TAKE, READY),
            ),
            Kind.UNANSWERED_ERROR,
            BUSY,
        ),
        (
            charts.without_rows(CELL, error_in("cleanup"), OFF),
            Kind.UNANSWERED_ENGINE_ERROR,
            "state off",
        ),
        (
            charts.without_rows(CELL, error_in("guard"), WORK),
            Kind.UNANSWERED_ENGINE_ERROR,
            "state work",
        ),
        (
            charts.with_rows(CELL, Transition(error_in("cleanup"), TAKE, READY)),
            Kind.BAD_ENGINE_ROW,
            "error.cleanup: work.tool.busy.take",
        ),
        (
            charts.with_rows(CELL, Transition(error_in("guard"), OFF, WORK, guard=charts.IS_FAST)),
            Kind.BAD_ENGINE_ROW,
            "error.guard: off",
        ),
        (
            charts.with_rows(
                charts.without_rows(CELL, error_in("cleanup"), WORK),
                Transition(error_in("cleanup"), WORK, "work.tool"),
            ),
            Kind.BAD_ENGINE_ROW,
            "error.cleanup: work -> work.tool",
        ),
        (
            charts.with_rows(
                charts.without_rows(CELL, error_in("guard"), OFF),
                Transition(error_in("guard"), OFF, None),
            ),
            Kind.BAD_ENGINE_ROW,
            "error.guard: off stays",
        ),
        # Parallel states
        (
            charts.with_rows(CELL, Transition("ping", OFF, BUSY)),
            Kind.INTO_REGION,
            "ping: off -> work.tool.busy",
        ),
        (
            charts.with_rows(CELL, Transition("ping", OFF, "work.tool")),
            Kind.INTO_REGION,
            "ping: off -> work.tool",
        ),
        (
            charts.with_rows(CELL, Transition("repaired", SLOW, TAKE)),
            Kind.ACROSS_REGIONS,
            "repaired: work.belt.slow -> work.tool.busy.take",
        ),
        (
            charts.with_rows(CELL, Transition("stop", FAST, SLOW)),
            Kind.BEATEN_ROW,
            "stop: work -> off",
        ),
        (
            charts.with_rows(CELL, Transition("faster", FAST, OFF)),
            Kind.TORN_PARALLEL,
            "faster: work.belt.fast -> off",
        ),
        (
            charts.with_rows(CELL, Transition("part", FAST, BROKEN)),
            Kind.TORN_PARALLEL,
            "part: work.belt.fast -> broken",
        ),
        (
            charts.with_rows(CELL, Transition("part", FAST, WORK)),
            Kind.TORN_PARALLEL,
            "part: work.belt.fast -> work",
        ),
        (
            charts.with_rows(CELL, Transition("stop", PUT, BROKEN)),
            Kind.TORN_PARALLEL,
            "stop: work.tool.busy.put -> broken",
        ),
    ],
)
def test_a_fault_is_found_where_it_is(broken: Cell, kind: Kind, where: str) -> None:
    found = [finding for finding in findings(broken) if finding.kind is kind]
    assert any(where in str(finding) for finding in found), (kind, findings(broken))
    assert all(finding.remedy for finding in found)


def test_every_kind_of_finding_has_its_case_above() -> None:
    (cases,) = [
        mark.args[1]
        for mark in test_a_fault_is_found_where_it_is.pytestmark  # type: ignore[attr-defined]  # pytest adds it
        if mark.name == "parametrize"
    ]
    assert {kind for _, kind, _ in cases} == set(Kind)


@pytest.mark.parametrize(
    "fine",
    [
        pytest.param(
            charts.with_rows(
                charts.without_rows(CELL, "done"),
                Transition("done", PUT, READY, guard=charts.IS_OK),
                Transition("done", PUT, TAKE, unless=charts.IS_OK),
            ),
            id="a guard and its opposite",
        ),
        pytest.param(
            charts.with_rows(CELL, Transition("repaired", WORK, TAKE)),
            id="from a parallel state into one of its own regions",
        ),
        pytest.param(
            charts.with_rows(CELL, Transition("repaired", TAKE, BROKEN)),
            id="out of one region by an event that nobody else handles there",
        ),
        pytest.param(
            with_region_leaves(),
            id="a region of one leaf, left together with the others",
        ),
    ],
)
def test_what_works_is_not_refused(fine: Cell) -> None:
    assert findings(fine) == ()


@pytest.mark.parametrize(("initial", "is_left"), [("first", True), ("second", False)])
def test_starting_the_state_around_anew_is_a_way_out_unless_it_leads_back_here(
    initial: str, is_left: bool
) -> None:
    around = State("around", "", children=(rests("first"), rests("second")), initial=initial)
    chart: Cell = Chart(
        "small",
        (around,),
        "around",
        (charts.Start, charts.Stop),
        (
            Transition("start", "around.first", "around.second"),
            Transition("stop", "around.second", "around"),
        ),
    )
    stays = [finding.where for finding in findings(chart) if finding.kind is Kind.NO_WAY_OUT]
    assert stays == (["state around"] if is_left else ["state around", "state around.second"])


def test_one_misspelt_row_is_not_reported_a_second_time_by_the_rules_behind() -> None:
    misspelt = charts.with_rows(CELL, Transition("start", "nowhere", TAKE))
    assert kinds(misspelt) == {Kind.UNKNOWN_SOURCE}


PATHS = [path for path, _ in CELL.walk()]
TITLES = sorted({row.event for row in CELL.transitions})
GUARDS: list[Guard | None] = [None, charts.IS_HEAVY, charts.IS_OK, charts.IS_FAST]

mutations: list[Callable[[st.DataObject, Transition], Transition | None]] = [
    lambda data, row: replace(row, source=data.draw(st.sampled_from(PATHS))),
    lambda data, row: replace(row, target=data.draw(st.sampled_from([*PATHS, None]))),
    lambda data, row: replace(row, event=data.draw(st.sampled_from(TITLES))),
    lambda data, row: replace(row, guard=data.draw(st.sampled_from(GUARDS))),
    lambda data, row: replace(row, unless=data.draw(st.sampled_from(GUARDS))),
    lambda _data, _row: None,
]

SAMPLES: dict[str, Event] = {
    "start": charts.Start(),
    "stop": charts.Stop(),
    "faster": charts.Faster(),
    "slower": charts.Slower(),
    "part": charts.Part(1.0),
    "taken": charts.Taken(),
    "done": charts.Done(ok=True),
    "ping": charts.Ping(),
    "repaired": charts.Repaired(),
}


def sample(title: str) -> Event:
    if title.startswith("error."):
        return StateError(title.removeprefix("error."), "E", "m")
    if title.startswith("timeout."):
        return TimedOut(title.removeprefix("timeout."))
    return SAMPLES[title]


def explore(decider: Decider[Bench]) -> None:
    """Try everything everywhere: always legal, and no error or time-out goes unanswered."""
    answers = [
        {"is_heavy": heavy, "is_ok": ok, "is_fast": fast}
        for heavy in (True, False)
        for ok in (True, False)
        for fast in (True, False)
    ]
    guarded = {row.event for row in decider.chart.transitions if row.guard or row.unless}
    seen = {decider.initial}
    todo = [decider.initial]
    while todo:
        configuration = todo.pop()
        active = set(decider.active(configuration))
        for title in sorted(decider.declared):
            for forced in answers if title in guarded else answers[:1]:
                decision = decider.decide(configuration, sample(title), forced)
                about = title.partition(".")[2]
                if title.startswith(("error.", "timeout.")) and about in {
                    *active,
                    "cleanup",
                    "guard",
                }:
                    assert decision.handled, (title, configuration)
                if decision.after not in seen:
                    seen.add(decision.after)
                    todo.append(decision.after)


@given(st.data())
def test_a_changed_row_is_found_or_does_no_harm(data: st.DataObject) -> None:
    rows = list(CELL.transitions)
    index = data.draw(st.integers(0, len(rows) - 1))
    changed = data.draw(st.sampled_from(mutations))(data, rows[index])
    rows[index : index + 1] = [] if changed is None else [changed]
    chart = replace(CELL, transitions=tuple(rows))
    if not findings(chart):
        explore(Decider(chart))


@given(st.sampled_from(TITLES), st.sampled_from(PATHS), st.sampled_from([*PATHS, None]))
def test_an_added_row_is_found_or_does_no_harm(title: str, source: str, target: str | None) -> None:
    chart = charts.with_rows(CELL, Transition(title, source, target))
    if not findings(chart):
        explore(Decider(chart))


def test_the_exploration_itself_would_see_harm() -> None:
    with pytest.raises(Exception, match="no configuration"):
        explore(Decider(charts.with_rows(CELL, Transition("ping", OFF, TAKE))))
    with pytest.raises(AssertionError, match=r"error\.off"):
        explore(Decider(charts.without_rows(CELL, error_in(OFF))))
