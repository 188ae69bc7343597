"""Events: who goes first, who waits, who is too late, and nobody waits for each other."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.statechart.definition import Context, Event
from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.mailbox import Letter, Mailbox, Urgency
from rvm_edge.statechart.runtime import Beat, Runtime
from tests.statechart import charts
from tests.statechart.cell_rig import (
    DECIDER,
    at_the_end,
    running,
    settled,
    tell,
    to_put,
    to_take,
    where,
)
from tests.statechart.charts import (
    FAST,
    OFF,
    PUT,
    READY,
    SLOW,
    TAKE,
    Bench,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def slowly(context: Context[Bench]) -> None:
    with context.cleanup():
        await trio.sleep(1)


def letter(event: Event) -> Letter:
    return Letter(event, None, trio.current_time())


async def test_the_engines_own_events_go_first_in_the_order_of_their_urgency() -> None:
    mailbox = Mailbox(9)
    assert mailbox.post_nowait(letter(charts.Ping()))
    mailbox.post_urgent(letter(charts.Part(3)), Urgency.TIMEOUT)
    mailbox.post_urgent(letter(charts.Part(1)), Urgency.ERROR)
    mailbox.post_urgent(letter(charts.Part(2)), Urgency.ERROR)
    mailbox.post_urgent(letter(charts.Part(0)), Urgency.CLEANUP)
    order = [(await mailbox.next()).event for _ in range(5)]
    assert order == [*(charts.Part(grams) for grams in range(4)), charts.Ping()]


async def test_errors_and_time_outs_overtake_what_waits_in_the_mailbox(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def fail_later(_context: Context[Bench]) -> None:
        await trio.sleep(1.5)
        raise ValueError("late")

    journal = MemoryJournal()
    async with running(bench, journal=journal, timeouts={TAKE: 1.2}) as runtime:
        bench.scripts = {SLOW: at_the_end(slowly), FAST: fail_later}
        await to_take(runtime)
        await trio.sleep(0.5)
        await runtime.post(charts.Faster())
        await settled()
        await runtime.post(charts.Taken())
        await trio.sleep(4)
        assert where(runtime) == (SLOW, READY)
        assert runtime.counts.ignored == {"taken": 1}
    titles = [record.event for record in journal.records]
    assert titles[3:6] == ["faster", f"timeout.{TAKE}", f"error.{FAST}"]


async def test_a_waiting_event_of_a_state_that_was_left_is_dropped_and_counted(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def tell_late(context: Context[Bench]) -> None:
        await trio.sleep(0.5)
        await context.post(charts.Taken())

    bench.scripts = {TAKE: tell_late, SLOW: at_the_end(slowly)}
    async with running(bench) as runtime:
        await to_take(runtime)
        await runtime.post(charts.Faster())
        await settled()
        await runtime.post(charts.Stop())
        await trio.sleep(5)
        assert where(runtime) == (OFF,)
        assert runtime.counts.stale == 1
        assert runtime.counts.ignored == {}


async def test_a_full_mailbox_makes_others_wait_in_turn(
    bench: Bench, autojump_clock: MockClock
) -> None:
    bench.scripts[SLOW] = at_the_end(slowly)
    journal = MemoryJournal()
    async with running(bench, journal=journal, mailbox_size=2) as runtime:
        await tell(runtime, charts.Start())
        await runtime.post(charts.Faster())
        await settled()
        assert runtime.post_nowait(charts.Part(1))
        assert runtime.post_nowait(charts.Taken())
        assert not runtime.post_nowait(charts.Ping())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(runtime.post, charts.Done(ok=True))
            await settled()
            nursery.start_soon(runtime.post, charts.Part(2))
            await settled()
            assert not runtime.post_nowait(charts.Ping()), "those who wait were first"
        await settled()
        assert where(runtime) == (FAST, TAKE)
    titles = [record.event for record in journal.records[2:-1]]
    assert titles == ["faster", "part", "taken", "done", "part"]


async def test_a_clean_up_that_posts_into_a_full_mailbox_waits_for_nobody(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def post_much(context: Context[Bench]) -> None:
        with context.cleanup():
            for _ in range(100):
                await context.post(charts.Ping())

    bench.scripts[TAKE] = at_the_end(post_much)
    async with running(bench, mailbox_size=1) as runtime:
        await to_take(runtime)
        before_s = trio.current_time()
        await tell(runtime, charts.Taken())
        assert where(runtime) == (SLOW, PUT)
        assert trio.current_time() == before_s
        assert runtime.counts.stale == 100


async def test_whoever_waits_for_room_in_a_shield_is_let_go_when_its_state_is_left(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def post_shielded(context: Context[Bench]) -> None:
        with trio.CancelScope(shield=True):
            await trio.sleep(0.2)
            assert context.post_nowait(charts.Ping())
            await context.post(charts.Ping())

    bench.scripts = {TAKE: post_shielded, SLOW: at_the_end(slowly)}
    async with running(bench, mailbox_size=1, timeouts={TAKE: 0.5}) as runtime:
        await to_take(runtime)
        await runtime.post(charts.Faster())
        # For a second the loop is busy; then the time-out goes first, and leaves the poster.
        await trio.sleep(0.99)
        assert where(runtime) == (SLOW, TAKE)
        await trio.sleep(0.02)
        assert where(runtime) == (FAST, READY)
        assert runtime.counts.stale == 2
        assert runtime.counts.hung == 0


async def test_a_flood_of_events_that_nothing_handles_is_survived_and_not_written(
    bench: Bench,
) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        for _ in range(2000):
            await runtime.post(charts.Ping())
        await tell(runtime, charts.Start())
        assert where(runtime) == (SLOW, READY)
        assert runtime.counts.ignored == {"ping": 2000}
        assert len(journal.records) == 2


async def test_after_the_stop_nobody_waits_and_nothing_is_taken(bench: Bench) -> None:
    async with running(bench) as runtime:
        pass
    for _ in range(100):
        await runtime.post(charts.Start())
    assert not runtime.post_nowait(charts.Start())


async def test_whoever_waits_for_room_is_let_go_by_the_stop(
    bench: Bench, autojump_clock: MockClock
) -> None:
    bench.scripts[OFF] = at_the_end(slowly)
    async with trio.open_nursery() as nursery:
        async with running(bench, mailbox_size=1) as runtime:
            await runtime.post(charts.Start())
            await settled()
            assert runtime.post_nowait(charts.Stop())
            for _ in range(3):
                nursery.start_soon(runtime.post, charts.Stop())
            await settled()
            assert len(nursery.child_tasks) == 3
        await settled()
        assert not nursery.child_tasks


async def test_events_may_be_posted_before_the_start(bench: Bench) -> None:
    runtime = Runtime(DECIDER, bench, MemoryJournal())
    assert runtime.post_nowait(charts.Start())
    with runtime.subscribe(9) as steps:
        async with trio.open_nursery() as nursery:
            await nursery.start(runtime.run)
            assert (await steps.receive()).after == (OFF,)
            assert (await steps.receive()).after == (SLOW, READY)
            nursery.cancel_scope.cancel()


async def test_a_loop_without_work_is_progressing(bench: Bench, autojump_clock: MockClock) -> None:
    runtime = Runtime(DECIDER, bench, MemoryJournal())
    assert not runtime.is_progressing(1), "it does not run yet"
    async with running(bench) as runtime:
        await trio.sleep(10_000)
        assert runtime.beat == Beat(running=True, step_s=0, waiting_s=0)
        assert runtime.is_progressing(1)
    assert runtime.beat == Beat(running=False, step_s=0, waiting_s=0)
    assert not runtime.is_progressing(1)


async def test_a_step_that_takes_too_long_is_seen_and_so_is_what_waits_for_it(
    bench: Bench, autojump_clock: MockClock
) -> None:
    bench.scripts[OFF] = at_the_end(slowly)
    async with running(bench) as runtime:
        await runtime.post(charts.Start())
        await settled()
        await trio.sleep(0.25)
        await runtime.post(charts.Faster())
        await trio.sleep(0.5)
        assert runtime.beat == Beat(running=True, step_s=0.75, waiting_s=0.5)
        assert runtime.is_progressing(0.75)
        assert not runtime.is_progressing(0.7)
        await trio.sleep(0.5)
        assert runtime.is_progressing(0)


async def test_the_oldest_waiting_event_counts_wherever_it_waits(
    autojump_clock: MockClock,
) -> None:
    mailbox = Mailbox(2)
    assert mailbox.waiting_s(trio.current_time()) == 0
    mailbox.post_nowait(letter(charts.Ping()))
    await trio.sleep(1)
    mailbox.post_urgent(letter(charts.Ping()), Urgency.ERROR)
    await trio.sleep(1)
    assert mailbox.waiting_s(trio.current_time()) == 2
    await mailbox.next()
    assert mailbox.waiting_s(trio.current_time()) == 2
    await mailbox.next()
    assert mailbox.waiting_s(trio.current_time()) == 0


async def test_the_story_of_a_whole_run(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await to_put(runtime)
        await tell(runtime, charts.Done(ok=True), charts.Slower(), charts.Stop())
        assert runtime.counts.steps == 8
    assert [record.after for record in journal.records] == [
        (OFF,),
        (SLOW, READY),
        (FAST, READY),
        (FAST, TAKE),
        (FAST, PUT),
        (FAST, READY),
        (SLOW, READY),
        (OFF,),
        (),
    ]
