"""Whatever happens, in whatever order: legal, continuous, decided again the same, nothing left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.statechart.definition import Context, Event
from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.runtime import Runtime
from tests.statechart import charts
from tests.statechart.cell_rig import DECIDER, running
from tests.statechart.charts import CELL, Bench, Script

EVENTS: list[Event] = [
    charts.Start(),
    charts.Start(),
    charts.Stop(),
    charts.Faster(),
    charts.Slower(),
    charts.Part(1.0),
    charts.Part(500.0),
    charts.Part(-1.0),
    charts.Taken(),
    charts.Done(ok=True),
    charts.Done(ok=False),
    charts.Ping(),
    charts.Repaired(),
]
PATHS = [path for path, state in CELL.walk() if state.activities]

moments = st.sampled_from([0.0, 0.0, 0.1, 1.0, 7.0, 30.0])
habits = st.sampled_from(["work", "return", "fail", "talk", "clean up", "hang", "clean badly"])


@dataclass
class Watchful(Bench):
    """Sees at once when a state's activities run twice side by side."""

    at_work: Counter[str] = field(default_factory=Counter)


def script_of(path: str, habit: str, event: Event, after_s: float) -> Script:
    async def act(context: Context[Bench]) -> None:
        await trio.sleep(after_s)
        if habit == "fail":
            raise ValueError("as drawn")
        if habit == "talk":
            await context.post(event)
        if habit != "return":
            await trio.sleep_forever()

    async def script(context: Context[Bench]) -> None:
        bench = context.machine
        assert isinstance(bench, Watchful)
        bench.at_work[path] += 1
        assert bench.at_work[path] == 1, "two at work in one state"
        try:
            await act(context)
        except trio.Cancelled:
            await clean_up(context, habit, event, after_s)
            raise
        finally:
            bench.at_work[path] -= 1

    return script


async def clean_up(context: Context[Bench], habit: str, event: Event, after_s: float) -> None:
    if habit == "clean up":
        with context.cleanup():
            await trio.sleep(min(after_s, 1.0))
            context.post_nowait(event)
    if habit == "hang":
        with context.cleanup():
            await trio.sleep_forever()
    if habit == "clean badly":
        raise OSError("as drawn")


async def play(bench: Watchful, schedule: list[tuple[float, Event]]) -> MemoryJournal:
    journal = MemoryJournal()
    # `running` has the journal prove itself: continuous, declared, decided again the same.
    async with running(bench, journal=journal, mailbox_size=2) as runtime:
        for wait_s, event in schedule:
            await trio.sleep(wait_s)
            await runtime.post(event)
            assert_legal(runtime)
        await trio.sleep(5)
        assert_legal(runtime)
        assert runtime.is_progressing(10)
    return journal


def assert_legal(runtime: Runtime[Bench]) -> None:
    assert DECIDER.is_legal(runtime.configuration), runtime.configuration


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(PATHS), st.tuples(habits, st.sampled_from(EVENTS), moments), max_size=5
    ),
    st.lists(st.tuples(moments, st.sampled_from(EVENTS)), max_size=25),
)
def test_any_schedule_keeps_the_configuration_legal_and_the_journal_whole(
    drawn: dict[str, tuple[str, Event, float]], schedule: list[tuple[float, Event]]
) -> None:
    bench = Watchful()
    bench.scripts = {path: script_of(path, *habit) for path, habit in drawn.items()}
    journal = trio.run(play, bench, schedule, clock=MockClock(autojump_threshold=0))
    assert journal.records[0].event == "started"
    assert journal.records[-1].event == "stopped"
    assert +bench.at_work == Counter(), "something outlived its state"
    starts = Counter(line[1:] for line in bench.log if line.startswith("+"))
    assert starts == Counter(line[1:] for line in bench.log if line.startswith("-"))
