"""Errors: an exception is an event, never a dead tree, and never a hot loop."""

from __future__ import annotations

import logging
import sys
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.statechart.definition import Context, StateError, Transition
from rvm_edge.statechart.invocation import MESSAGE_CHARS
from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.pacing import CALM_S, CAP_S, ErrorPacing
from rvm_edge.statechart.runtime import Runtime
from tests.statechart import charts
from tests.statechart.cell_rig import (
    DECIDER,
    raising,
    running,
    settled,
    tell,
    to_take,
    where,
)
from tests.statechart.charts import (
    BROKEN,
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

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup, ExceptionGroup


@pytest.fixture
def bench() -> Bench:
    return Bench()


def error_rows(journal: MemoryJournal) -> list[StateError]:
    return [
        StateError(**row.data)  # type: ignore[arg-type]  # as it was written
        for row in journal.records
        if row.event.startswith("error.")
    ]


async def test_an_exception_is_the_event_error_and_everything_else_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.scripts[TAKE] = raising(KeyError("lost"))
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await tell(runtime, charts.Start())
        bench.log.clear()
        await tell(runtime, charts.Part(1.0))
        assert where(runtime) == (SLOW, READY)
        assert f"-{SLOW}" not in bench.log
        assert f"-{WORK}" not in bench.log
        assert runtime.counts.errors == {f"error.{TAKE}": 1}
    assert error_rows(journal) == [StateError(TAKE, "KeyError", "'lost'")]
    (logged,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "work_in_work_tool_busy_take of work.tool.busy.take failed" in logged.getMessage()
    assert logged.exc_info


@pytest.mark.parametrize(
    ("error", "is_foreseen"),
    [
        (OSError("the cable is out"), True),
        (ExceptionGroup("both", [OSError("the cable is out"), OSError("the lamp too")]), True),
        (ExceptionGroup("both", [OSError("the cable is out"), KeyError("lost")]), False),
    ],
)
async def test_what_is_foreseen_is_logged_in_a_line_without_a_traceback(
    bench: Bench, caplog: pytest.LogCaptureFixture, error: Exception, is_foreseen: bool
) -> None:
    bench.scripts[TAKE] = raising(error)
    async with running(bench, foreseen=(OSError,)) as runtime:
        await tell(runtime, charts.Start())
        await tell(runtime, charts.Part(1.0))
    (logged,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (logged.levelno, bool(logged.exc_info)) == (
        (logging.WARNING, False) if is_foreseen else (logging.ERROR, True)
    )
    if isinstance(error, OSError):
        assert logged.getMessage().endswith("work.tool.busy.take: OSError: the cable is out")


async def test_an_exceptions_text_is_bounded(bench: Bench) -> None:
    bench.scripts[TAKE] = raising(ValueError("x" * 10_000))
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await tell(runtime, charts.Start(), charts.Part(1.0))
    assert error_rows(journal) == [StateError(TAKE, "ValueError", "x" * MESSAGE_CHARS)]


@pytest.mark.parametrize(
    ("group", "kind", "message"),
    [
        (
            ExceptionGroup("outer", [ExceptionGroup("inner", [ValueError("bent")])]),
            "ValueError",
            "bent",
        ),
        (
            ExceptionGroup("both", [ValueError("bent"), KeyError("lost")]),
            "ExceptionGroup",
            "both (2 sub-exceptions)",
        ),
    ],
)
async def test_a_group_of_one_is_that_one(
    bench: Bench, group: Exception, kind: str, message: str
) -> None:
    bench.scripts[TAKE] = raising(group)
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await tell(runtime, charts.Start(), charts.Part(1.0))
    assert error_rows(journal) == [StateError(TAKE, kind, message)]


async def test_being_cancelled_is_no_error_however_deep_the_activity_nests(bench: Bench) -> None:
    async def nest(_context: Context[Bench]) -> None:
        async with trio.open_nursery() as outer:
            outer.start_soon(trio.sleep_forever)
            async with trio.open_nursery() as inner:
                inner.start_soon(trio.sleep_forever)
                await trio.sleep_forever()

    bench.scripts[TAKE] = nest
    async with running(bench) as runtime:
        await to_take(runtime)
        await tell(runtime, charts.Taken())
        assert where(runtime) == (SLOW, PUT)
    assert runtime.counts.errors == {}
    assert runtime.counts.hung == 0


async def test_one_activitys_error_does_not_end_its_siblings_before_the_state_is_left(
    bench: Bench,
) -> None:
    bench.scripts[f"{WORK}.watch"] = raising(ValueError())
    async with running(bench) as runtime:
        await tell(runtime, charts.Start())
        assert bench.log.index(f"-{READY}") < bench.log.index(f"-{WORK}")
        assert where(runtime) == (BROKEN,)


@pytest.mark.parametrize(
    "fatal",
    [KeyboardInterrupt(), BaseExceptionGroup("both", [KeyboardInterrupt(), ValueError("bent")])],
    ids=["alone", "with an error"],
)
async def test_what_is_no_error_but_an_order_to_end_ends_the_runtime(
    bench: Bench, fatal: BaseException
) -> None:
    bench.scripts[READY] = raising(fatal)
    runtime = Runtime(DECIDER, bench, MemoryJournal())
    runtime.post_nowait(charts.Start())
    with pytest.raises(BaseExceptionGroup) as caught:
        await runtime.run()
    assert caught.value.subgroup(KeyboardInterrupt)
    assert not caught.value.subgroup(ValueError)
    assert (f"error.{READY}" in runtime.counts.errors) == ("both" in str(fatal))
    assert sorted(line[1:] for line in bench.log if line[0] == "+") == sorted(
        line[1:] for line in bench.log if line[0] == "-"
    )


async def test_a_raising_guard_is_the_event_error_guard_and_the_loop_lives(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await tell(runtime, charts.Start(), charts.Part(-1.0))
        assert where(runtime) == (BROKEN,)
        await tell(runtime, charts.Repaired())
        assert where(runtime) == (OFF,)
        assert runtime.counts.errors == {"error.guard": 1}
    assert error_rows(journal) == [
        StateError("guard", "ValueError", "is_heavy on part: nothing weighs less than nothing")
    ]


async def test_errors_in_a_row_slow_their_state_down_up_to_a_minute(
    bench: Bench, autojump_clock: MockClock
) -> None:
    begun_s: list[float] = []

    async def fail(_context: Context[Bench]) -> None:
        begun_s.append(trio.current_time())
        raise ValueError("again")

    bench.scripts[OFF] = fail
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await trio.sleep(400)
        assert where(runtime) == (OFF,)
        assert runtime.counts.steps == len(begun_s) + 1, "the state is entered at once"
    waits_s = [round(after - before, 3) for before, after in pairwise(begun_s)]
    assert waits_s == [0.0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


async def test_whoever_has_worked_for_a_while_is_trusted_again(
    bench: Bench, autojump_clock: MockClock
) -> None:
    lives_s = [0, 0, 0, CALM_S, 0, 1000]
    begun_s: list[float] = []

    async def live(_context: Context[Bench]) -> None:
        begun_s.append(trio.current_time())
        await trio.sleep(lives_s[len(begun_s) - 1])
        raise ValueError("again")

    bench.scripts[OFF] = live
    async with running(bench):
        await trio.sleep(100)
    waits_s = [round(after - before, 3) for before, after in pairwise(begun_s)]
    assert waits_s == [0, 0.5, 1, CALM_S, 0.5]


async def test_leaving_a_state_that_waits_to_start_costs_no_time(
    bench: Bench, autojump_clock: MockClock
) -> None:
    bench.scripts[OFF] = raising(ValueError("again"))
    async with running(bench) as runtime:
        await trio.sleep(100)
        del bench.scripts[OFF]
        before_s = trio.current_time()
        await tell(runtime, charts.Start())
        assert where(runtime) == (SLOW, READY)
        assert trio.current_time() == before_s
        assert bench.log.count(f"+{OFF}") == bench.log.count(f"-{OFF}")


async def test_a_time_out_counts_from_the_entry_even_if_the_activities_have_to_wait(
    bench: Bench, autojump_clock: MockClock
) -> None:
    chart = charts.with_rows(
        charts.without_rows(CELL, f"error.{TAKE}"),
        Transition(f"error.{TAKE}", TAKE, TAKE),
    )
    bench.scripts[TAKE] = raising(ValueError("again"))
    async with running(bench, chart=chart) as runtime:
        await tell(runtime, charts.Start(), charts.Part(1.0))
        await trio.sleep(26)
        assert where(runtime) == (SLOW, READY), "the wait of 16 s is longer than 10 s"


def test_the_pace_is_kept_per_error_and_doubles_to_its_cap() -> None:
    pacing = ErrorPacing()
    waits_s = [pacing.wait_after("error.a", 0.0) for _ in range(10)]
    assert waits_s == [0, 0.5, 1, 2, 4, 8, 16, 32, CAP_S, CAP_S]
    assert pacing.wait_after("error.b", 0.0) == 0
    assert pacing.wait_after("error.a", CAP_S + CALM_S - 0.1) == CAP_S
    assert pacing.wait_after("error.a", 2 * CAP_S + 2 * CALM_S) == 0


async def test_an_error_outlives_the_clean_up_that_follows_it(bench: Bench) -> None:
    """An activity that fails and cleans up after itself is one error, not two."""

    async def fail(context: Context[Bench]) -> None:
        try:
            raise ValueError("bent")
        finally:
            with context.cleanup():
                await trio.lowlevel.checkpoint()

    bench.scripts[PUT] = fail
    async with running(bench) as runtime:
        await tell(runtime, charts.Start(), charts.Part(1.0), charts.Taken())
        assert where(runtime) == (BROKEN,)
    assert runtime.counts.errors == {f"error.{PUT}": 1}


async def test_errors_of_two_regions_are_both_answered(bench: Bench) -> None:
    bench.scripts[TAKE] = raising(ValueError("first"))
    bench.scripts[FAST] = raising(ValueError("second"))
    async with running(bench) as runtime:
        for event in (charts.Start(), charts.Part(1.0), charts.Faster()):
            await runtime.post(event)
        await settled()
        assert where(runtime) == (SLOW, READY)
        assert runtime.counts.errors == {f"error.{TAKE}": 1, f"error.{FAST}": 1}


async def test_a_second_error_of_a_state_that_was_left_is_stale(bench: Bench) -> None:
    """Both activities of `work` fail at once: the first error leaves it, the second is late."""
    bench.scripts[WORK] = raising(ValueError("one"))
    bench.scripts[f"{WORK}.watch"] = raising(ValueError("two"))
    async with running(bench) as runtime:
        await tell(runtime, charts.Start())
        assert where(runtime) == (BROKEN,)
        assert runtime.counts.errors == {f"error.{WORK}": 2}
        assert runtime.counts.stale == 1
