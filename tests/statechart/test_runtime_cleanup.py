"""Clean-up: shielded, within its grace, and nothing new starts on top of one that failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.statechart.definition import Context, StateError
from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.runtime import Runtime
from rvm_edge.statechart.stuck import EXIT_STUCK
from tests.statechart import charts
from tests.statechart.cell_rig import (
    DECIDER,
    at_the_end,
    deaf,
    running,
    settled,
    tell,
    to_take,
    where,
)
from tests.statechart.charts import BROKEN, BUSY, OFF, PUT, READY, SLOW, TAKE, Bench

GRACE_S = 2.0
PATIENCE_S = 2.5


@pytest.fixture
def bench() -> Bench:
    return Bench()


def cleanup_rows(journal: MemoryJournal) -> list[StateError]:
    return [
        StateError(**row.data)  # type: ignore[arg-type]  # as it was written
        for row in journal.records
        if row.event == "error.cleanup"
    ]


async def test_a_clean_up_is_shielded_and_waited_for(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def clean_up(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep(1)
        bench.log.append("clean")

    bench.scripts[TAKE] = at_the_end(clean_up)
    async with running(bench) as runtime:
        await to_take(runtime)
        before_s = trio.current_time()
        bench.log.clear()
        await runtime.post(charts.Taken())
        await trio.sleep(1.1)
        assert bench.log == ["clean", f"-{TAKE}", f"+{PUT}"]
        assert trio.current_time() - before_s == pytest.approx(1.1)
    assert runtime.counts.hung == 0


async def test_a_machine_that_is_ended_while_it_starts_ends(bench: Bench) -> None:
    runtime = Runtime(DECIDER, bench, MemoryJournal())
    with trio.fail_after(5), trio.CancelScope() as scope:
        scope.cancel()
        await runtime.run()
    assert runtime.configuration == ()


async def test_without_the_shield_a_clean_up_is_cut_at_its_first_await(bench: Bench) -> None:
    async def clean_up(_context: Context[Bench]) -> None:
        await trio.lowlevel.checkpoint()
        bench.log.append("clean")

    bench.scripts[TAKE] = at_the_end(clean_up)
    async with running(bench) as runtime:
        await to_take(runtime)
        await tell(runtime, charts.Taken())
        assert "clean" not in bench.log


async def test_a_clean_up_that_is_cut_off_at_its_grace_leads_to_the_fault(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def hang(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep_forever()

    bench.scripts[TAKE] = at_the_end(hang)
    journal = MemoryJournal()
    async with running(bench, journal=journal, grace_s=GRACE_S) as runtime:
        await to_take(runtime)
        before_s = trio.current_time()
        await runtime.post(charts.Taken())
        with runtime.subscribe(9) as steps:
            assert (await steps.receive()).after == (SLOW, PUT)
            assert (await steps.receive()).after == (BROKEN,)
        assert trio.current_time() - before_s == GRACE_S
        assert f"+{PUT}" not in bench.log, "nothing new may start on top of it"
        assert f"+{BROKEN}" in bench.log
        assert runtime.counts.hung == 1
    assert cleanup_rows(journal) == [
        StateError("cleanup", "Hung", f"{TAKE}: clean-up cut off after its grace")
    ]


async def test_several_clean_ups_of_one_state_share_one_grace(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def hang_twice(context: Context[Bench]) -> None:
        for _ in range(2):
            with context.cleanup():
                await trio.sleep_forever()

    bench.scripts[TAKE] = at_the_end(hang_twice)
    async with running(bench, grace_s=GRACE_S) as runtime:
        await to_take(runtime)
        await runtime.post(charts.Taken())
        await trio.sleep(GRACE_S + 0.1)
        assert where(runtime) == (BROKEN,)


async def test_a_failing_clean_up_leads_to_the_fault(bench: Bench) -> None:
    async def fail(_context: Context[Bench]) -> None:
        raise OSError("the gate does not close")

    bench.scripts[TAKE] = at_the_end(fail)
    bench.scripts[BUSY] = at_the_end(fail)
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await to_take(runtime)
        await tell(runtime, charts.Stop())
        assert where(runtime) == (OFF,)
        assert runtime.counts.hung == 2
        assert bench.log.count(f"+{OFF}") == 2, "at the start, and by the row for error.cleanup"
        assert runtime.counts.errors == {"error.cleanup": 1}
    assert cleanup_rows(journal) == [
        StateError(
            "cleanup",
            "OSError",
            f"{TAKE}: the gate does not close; {BUSY}: the gate does not close",
        )
    ]


async def test_a_clean_up_that_hangs_while_the_state_lasts_is_told_at_once(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def take(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep(9)

    bench.scripts[TAKE] = take
    async with running(bench, grace_s=GRACE_S) as runtime:
        await to_take(runtime)
        await trio.sleep(GRACE_S + 0.1)
        assert where(runtime) == (BROKEN,)


async def test_a_task_that_ignores_its_end_leads_to_the_fault_and_then_to_the_last_resort(
    bench: Bench, autojump_clock: MockClock
) -> None:
    release = trio.Event()
    stuck: list[tuple[float, str]] = []

    def on_stuck(why: str) -> None:
        stuck.append((trio.current_time(), why))
        release.set()

    bench.scripts[TAKE] = deaf(release)
    async with running(bench, grace_s=GRACE_S, on_stuck=on_stuck) as runtime:
        await to_take(runtime)
        before_s = trio.current_time()
        await runtime.post(charts.Taken())
        await trio.sleep(PATIENCE_S - 0.1)
        assert where(runtime) == (SLOW, TAKE)
        await trio.sleep(0.2)
        assert where(runtime) == (BROKEN,)
        assert f"+{PUT}" not in bench.log
        assert not stuck
        await trio.sleep(100)
    assert [why for _, why in stuck] == [f"{TAKE} still runs 10 s after its clean-up hung"]
    assert stuck[0][0] - before_s == PATIENCE_S + 5 * GRACE_S


async def test_a_task_that_ends_late_is_no_reason_for_the_last_resort(
    bench: Bench, autojump_clock: MockClock
) -> None:
    release = trio.Event()
    stuck: list[str] = []
    bench.scripts[TAKE] = deaf(release)
    async with running(bench, grace_s=GRACE_S, on_stuck=stuck.append) as runtime:
        await to_take(runtime)
        await runtime.post(charts.Taken())
        await trio.sleep(PATIENCE_S + 1)
        release.set()
        await trio.sleep(100)
        assert where(runtime) == (BROKEN,)
        assert runtime._invocations._hung == []
    assert stuck == []


async def test_a_task_that_never_ends_stops_the_stop_until_the_last_resort(
    bench: Bench, autojump_clock: MockClock
) -> None:
    release = trio.Event()
    stuck: list[str] = []

    def on_stuck(why: str) -> None:
        stuck.append(why)
        release.set()

    bench.scripts[OFF] = deaf(release)
    journal = MemoryJournal()
    async with running(bench, journal=journal, grace_s=GRACE_S, on_stuck=on_stuck):
        pass
    assert stuck == ["off still runs 10 s after its clean-up hung"]
    assert journal.records[-1].event == "stopped"
    assert journal.records[-1].data == {"cleanup": "off: its tasks do not end when cancelled"}


async def test_a_states_activities_never_run_twice_side_by_side(
    bench: Bench, autojump_clock: MockClock
) -> None:
    release = trio.Event()
    bench.scripts[OFF] = deaf(release)
    async with running(bench, grace_s=GRACE_S) as runtime:
        await runtime.post(charts.Start())
        await trio.sleep(PATIENCE_S + 0.1)
        assert where(runtime) == (BROKEN,)
        del bench.scripts[OFF]
        await tell(runtime, charts.Repaired())
        assert where(runtime) == (OFF,)
        await tell(runtime, charts.Start())
        await tell(runtime, charts.Stop())
        assert bench.log.count(f"+{OFF}") == 1
        release.set()
        await settled()
        assert bench.log[-2:] == [f"-{OFF}", f"+{OFF}"]


async def test_what_is_posted_in_a_clean_up_is_stale(bench: Bench) -> None:
    async def tell_late(context: Context[Bench]) -> None:
        with context.cleanup():
            await context.post(charts.Taken())
        assert context.post_nowait(charts.Taken())

    bench.scripts[TAKE] = at_the_end(tell_late)
    bench.scripts[PUT] = at_the_end(tell_late)
    async with running(bench) as runtime:
        await to_take(runtime)
        await tell(runtime, charts.Taken())
        assert where(runtime) == (SLOW, PUT)
        assert runtime.counts.stale == 2
        assert runtime.counts.hung == 0
        assert f"+{READY}" in bench.log


def test_the_last_resort_ends_the_process_at_once_and_says_why() -> None:
    script = (
        "import atexit; from rvm_edge.statechart.stuck import end_process;"
        "atexit.register(print, 'cleaned up'); end_process('x still runs')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == EXIT_STUCK
    assert done.stdout == ""
    assert done.stderr == "rvm-edge: x still runs; the process ends to be started anew\n"
