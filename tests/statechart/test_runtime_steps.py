"""Running: what happens in a step, in which order, and what starts and ends with a state."""

from __future__ import annotations

from typing import ClassVar

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.statechart.definition import Context, Event
from rvm_edge.statechart.errors import UndeclaredEventError, UnwritableEventError
from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.post_office import PAYLOAD_CHARS
from rvm_edge.statechart.runtime import Runtime
from tests.statechart import charts
from tests.statechart.cell_rig import (
    DECIDER,
    NotingJournal,
    at_the_end,
    running,
    settled,
    tell,
    to_put,
    to_take,
    where,
)
from tests.statechart.charts import (
    BROKEN,
    BUSY,
    FAST,
    OFF,
    PUT,
    READY,
    SLOW,
    TAKE,
    WORK,
    Bench,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_it_is_started_when_the_initial_activities_are(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        assert bench.log == ["+off"]
        assert where(runtime) == (OFF,)
    (started, stopped) = journal.records
    assert (started.event, started.before, started.after) == ("started", (), (OFF,))
    assert (stopped.event, stopped.before, stopped.after) == ("stopped", (OFF,), ())
    assert not where(runtime)


async def test_a_step_cleans_up_innermost_first_then_writes_then_starts_then_publishes(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def slowly(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep(1)

    async with running(bench, journal=NotingJournal(bench)) as runtime:
        await tell(runtime)
        for event in (charts.Start(), charts.Faster(), charts.Part(1.0)):
            await runtime.post(event)
            await trio.sleep(1)
        bench.scripts[PUT] = at_the_end(slowly)
        await runtime.post(charts.Taken())
        await trio.sleep(1)
        with runtime.subscribe(9) as steps:

            async def look(_context: Context[Bench]) -> None:
                bench.log.append(f"{steps.statistics().current_buffer_used} published")

            bench.scripts[OFF] = look
            bench.log.clear()
            await runtime.post(charts.Stop())
            step = await steps.receive()
        # Two activities of one state end in no particular order.
        bench.log.remove(f"-{WORK}.watch")
        assert bench.log == [
            f"-{PUT}",
            f"-{FAST}",
            f"-{BUSY}",
            f"-{WORK}",
            "journal stop",
            f"+{OFF}",
            "0 published",
            f"-{OFF}",
        ]
        assert (step.event, step.before, step.after) == (charts.Stop(), (FAST, PUT), (OFF,))
        assert step.exited == (PUT, FAST, BUSY, "work.belt", "work.tool", WORK)
        assert step.entered == (OFF,)


async def test_entered_states_start_outermost_first_and_in_declared_order(bench: Bench) -> None:
    async with running(bench) as runtime:
        bench.log.clear()
        await tell(runtime, charts.Start())
        assert bench.log == [f"-{OFF}", f"+{WORK}", f"+{WORK}.watch", f"+{SLOW}", f"+{READY}"]


async def test_a_change_in_one_region_leaves_the_other_at_work(bench: Bench) -> None:
    async with running(bench) as runtime:
        await to_take(runtime)
        bench.log.clear()
        await tell(runtime, charts.Faster())
        assert bench.log == [f"-{SLOW}", f"+{FAST}"]
        assert where(runtime) == (FAST, TAKE)


async def test_an_activity_gets_the_machine_and_the_event_that_led_to_it(bench: Bench) -> None:
    seen: list[tuple[Event | None, Bench]] = []

    async def look(context: Context[Bench]) -> None:
        seen.append((context.event, context.machine))

    bench.scripts = dict.fromkeys((OFF, BUSY, TAKE), look)
    async with running(bench) as runtime:
        await to_take(runtime)
    assert seen == [(None, bench), (charts.Part(1.0), bench), (charts.Part(1.0), bench)]


async def test_an_activity_may_return_early_and_its_last_event_still_counts(bench: Bench) -> None:
    async def take(context: Context[Bench]) -> None:
        await context.post(charts.Taken())

    bench.scripts[TAKE] = take
    async with running(bench) as runtime:
        await tell(runtime, charts.Start(), charts.Part(1.0))
        assert where(runtime) == (SLOW, PUT)
        assert runtime.counts.stale == 0


async def test_an_internal_row_is_written_and_moves_nothing(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await to_put(runtime)
        bench.log.clear()
        await tell(runtime, charts.Ping())
        assert bench.log == []
        assert journal.last is not None
        assert (journal.last.event, journal.last.taken) == ("ping", (f"{FAST} stays",))


async def test_what_nothing_handles_is_counted_and_not_written(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await tell(runtime, charts.Ping(), charts.Ping(), charts.Stop())
        assert runtime.counts.ignored == {"ping": 2, "stop": 1}
        assert runtime.counts.steps == 1
        assert len(journal.records) == 1


async def test_a_row_holds_the_events_fields_and_the_rows_that_fired(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await to_put(runtime)
        await tell(runtime, charts.Done(ok=False, note="askew"))
    row = journal.records[-2]
    assert row.data == {"ok": False, "note": "askew"}
    assert (row.before, row.after) == ((FAST, PUT), (FAST, TAKE))
    assert row.taken == (f"{PUT} -> {TAKE}",)


class Unheard(Event, frozen=True):
    name: ClassVar[str] = "unheard"


class Lookalike(Event, frozen=True):
    name: ClassVar[str] = "ping"


class Wrapped(Event, frozen=True):
    name: ClassVar[str] = "part"

    grams: float = 1.0


@pytest.mark.parametrize(
    "event", [Unheard(), Lookalike(), Wrapped()], ids=lambda e: type(e).__name__
)
async def test_an_undeclared_event_is_refused_where_it_is_posted(
    bench: Bench, event: Event
) -> None:
    async with running(bench) as runtime:
        with pytest.raises(UndeclaredEventError, match=f"no event '{event.title}'"):
            await runtime.post(event)
        with pytest.raises(UndeclaredEventError):
            runtime.post_nowait(event)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (charts.Part(float("nan")), "event part: its grams is no finite scalar"),
        (charts.Part(float("inf")), "event part: its grams is no finite scalar"),
        (charts.Part([1]), "event part: its grams is no finite scalar"),  # type: ignore[arg-type]  # what is refused
        (charts.Done(ok=True, note="x" * PAYLOAD_CHARS), "event done: more than"),
    ],
)
async def test_an_event_that_could_not_be_written_is_refused_where_it_is_posted(
    bench: Bench, event: Event, why: str
) -> None:
    async with running(bench) as runtime:
        with pytest.raises(UnwritableEventError, match=why):
            await runtime.post(event)


async def test_an_activitys_undeclared_event_is_that_activitys_error(bench: Bench) -> None:
    async def misspeak(context: Context[Bench]) -> None:
        del bench.scripts[READY]
        context.post_nowait(Unheard())

    bench.scripts[READY] = misspeak
    async with running(bench) as runtime:
        await tell(runtime, charts.Start())
        assert runtime.counts.errors == {f"error.{READY}": 1}


async def test_a_state_is_timed_out_after_its_time(bench: Bench, autojump_clock: MockClock) -> None:
    async with running(bench) as runtime:
        await to_take(runtime)
        await trio.sleep(9.9)
        assert where(runtime) == (SLOW, TAKE)
        await trio.sleep(0.2)
        assert where(runtime) == (SLOW, READY)


async def test_settings_may_override_a_time_out(bench: Bench, autojump_clock: MockClock) -> None:
    async with running(bench, timeouts={TAKE: 100.0}) as runtime:
        await to_take(runtime)
        await trio.sleep(99)
        assert where(runtime) == (SLOW, TAKE)
        await trio.sleep(2)
        assert where(runtime) == (SLOW, READY)


def test_overriding_a_time_out_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match=r"work\.tool\.ready has none"):
        Runtime(DECIDER, bench, MemoryJournal(), timeouts={READY: 1.0, TAKE: 2.0})


async def test_leaving_a_state_ends_its_time_out_and_coming_back_starts_it_anew(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async with running(bench) as runtime:
        await to_take(runtime)
        await trio.sleep(9)
        await tell(runtime, charts.Taken())
        await trio.sleep(9)
        await tell(runtime, charts.Done(ok=False))
        await trio.sleep(9)
        assert where(runtime) == (SLOW, TAKE)
        await trio.sleep(2)
        assert where(runtime) == (SLOW, READY)
        assert runtime.counts.stale == 0


async def test_a_step_that_has_begun_is_finished_before_the_machine_stops(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def slowly(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep(1)

    bench.scripts[OFF] = at_the_end(slowly)
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await runtime.post(charts.Start())
        await trio.sleep(0.5)
    assert [record.event for record in journal.records] == ["started", "start", "stopped"]
    assert sorted(bench.log) == sorted(
        [f"{sign}{name}" for sign in "+-" for name in (OFF, WORK, f"{WORK}.watch", SLOW, READY)]
    )


async def test_stopping_leaves_all_states_innermost_first(
    bench: Bench, autojump_clock: MockClock
) -> None:
    async def slowly(context: Context[Bench]) -> None:
        with context.cleanup():
            await trio.sleep(1)

    async with running(bench) as runtime:
        bench.scripts = dict.fromkeys((PUT, BUSY, FAST, WORK), at_the_end(slowly))
        await to_put(runtime)
        bench.log.clear()
    bench.log.remove(f"-{WORK}.watch")
    assert bench.log == [f"-{PUT}", f"-{BUSY}", f"-{FAST}", f"-{WORK}"]


async def test_nothing_runs_after_it_has_stopped(bench: Bench) -> None:
    async with running(bench) as runtime:
        await to_put(runtime)
    await settled()
    starts = sorted(line[1:] for line in bench.log if line.startswith("+"))
    ends = sorted(line[1:] for line in bench.log if line.startswith("-"))
    assert starts == ends
    assert BROKEN not in starts
