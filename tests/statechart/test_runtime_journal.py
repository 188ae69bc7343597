"""The runtime and its journal: what is not on disk has not happened."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Transition
from rvm_edge.statechart.errors import IllegalConfigurationError, JournalError
from rvm_edge.statechart.journal import Entry, MemoryJournal, open_journal, read, verify
from rvm_edge.statechart.offload import inline
from rvm_edge.statechart.runtime import Runtime
from rvm_edge.statechart.scribe import JOURNAL_RETRIES_S
from tests.statechart import charts
from tests.statechart.cell_rig import (
    DECIDER,
    FailingJournal,
    raising,
    running,
    settled,
    tell,
    to_take,
    where,
)
from tests.statechart.charts import FAST, OFF, PUT, READY, SLOW, TAKE, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_runs_follow_each_other_in_one_file(tmp_path: Path, bench: Bench) -> None:
    path = tmp_path / "journal.sqlite3"
    for _ in range(2):
        async with open_journal(path, inline) as journal:
            runtime = Runtime(DECIDER, bench, journal)
            async with trio.open_nursery() as nursery:
                await nursery.start(runtime.run)
                await tell(runtime, charts.Start(), charts.Part(1.5))
                nursery.cancel_scope.cancel()
    assert [(record.event, record.before, record.after) for record in read(path)] == 2 * [
        ("started", (), (OFF,)),
        ("start", (OFF,), (SLOW, READY)),
        ("part", (SLOW, READY), (SLOW, TAKE)),
        ("stopped", (SLOW, TAKE), ()),
    ]
    assert verify(path, DECIDER).ok


async def test_a_start_after_a_cut_shows_where_the_machine_was_cut_off(bench: Bench) -> None:
    journal = MemoryJournal()
    async with running(bench, journal=journal) as runtime:
        await to_take(runtime)
    del journal.records[-1]
    async with running(Bench(), journal=journal) as runtime:
        assert where(runtime) == (OFF,)
        assert journal.records[-1].before == (SLOW, TAKE)


async def test_a_row_that_fails_is_tried_again_while_nothing_new_starts(
    bench: Bench, autojump_clock: MockClock
) -> None:
    def refuses(entry: Entry) -> bool:
        return entry.event == "taken" and trio.current_time() < full_until_s

    journal = FailingJournal(refuses)
    full_until_s = 0.0
    async with running(bench, journal=journal) as runtime:
        await to_take(runtime)
        full_until_s = trio.current_time() + 0.3
        await runtime.post(charts.Taken())
        await trio.sleep(0.2)
        assert f"-{TAKE}" in bench.log
        assert f"+{PUT}" not in bench.log
        assert where(runtime) == (SLOW, TAKE), "what is not on disk has not happened"
        await trio.sleep(0.5)
        assert where(runtime) == (SLOW, PUT)
        assert f"+{PUT}" in bench.log


async def test_a_journal_that_stays_full_stops_the_machine_with_one_clear_error(
    bench: Bench, autojump_clock: MockClock
) -> None:
    journal = FailingJournal(lambda entry: entry.event == "faster")
    runtime = Runtime(DECIDER, bench, journal)
    begun_s = trio.current_time()
    for event in (charts.Start(), charts.Part(1.0), charts.Faster()):
        runtime.post_nowait(event)
    with pytest.raises(JournalError, match="disk is full"):
        await runtime.run()
    assert trio.current_time() - begun_s == pytest.approx(sum(JOURNAL_RETRIES_S))
    assert not where(runtime)
    assert f"+{FAST}" not in bench.log
    starts = sorted(line[1:] for line in bench.log if line.startswith("+"))
    assert starts == sorted(line[1:] for line in bench.log if line.startswith("-"))
    assert [record.event for record in journal.records][-2:] == ["part", "stopped"]
    assert verify(journal.records, DECIDER).ok


async def test_a_journal_that_fails_for_good_is_reported_by_its_first_failure(
    bench: Bench, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    journal = FailingJournal(lambda entry: entry.event != "started")
    runtime = Runtime(DECIDER, bench, journal)
    runtime.post_nowait(charts.Start())
    with pytest.raises(JournalError, match="disk is full"):
        await runtime.run()
    assert "the stop could not be written" in caplog.text
    assert not where(runtime)


async def test_a_journal_that_fails_at_the_start_starts_nothing(
    bench: Bench, autojump_clock: MockClock
) -> None:
    runtime = Runtime(DECIDER, bench, FailingJournal(lambda _entry: True))
    with pytest.raises(JournalError):
        await runtime.run()
    assert bench.log == []


async def test_a_stop_that_cannot_be_written_still_stops(
    bench: Bench, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    journal = FailingJournal(lambda entry: entry.event == "stopped")
    async with running(bench, journal=journal) as runtime:
        await to_take(runtime)
    assert "the stop could not be written" in caplog.text
    assert len(journal.attempts_s) == 3 + 1 + len(JOURNAL_RETRIES_S)
    assert not where(runtime)


async def test_a_journal_that_breaks_in_an_unknown_way_still_leaves_nothing_running(
    bench: Bench,
) -> None:
    class Broken(MemoryJournal):
        async def append(self, entry: Entry) -> None:  # type: ignore[override]  # it never returns
            if entry.event != "started":
                raise RuntimeError("no journal at all")
            await super().append(entry)

    runtime = Runtime(DECIDER, bench, Broken())  # type: ignore[arg-type]  # see above
    runtime.post_nowait(charts.Start())
    with pytest.raises(Exception, match="Exceptions from Trio nursery"):
        await runtime.run()
    await settled()
    assert bench.log == [f"+{OFF}", f"-{OFF}"]


async def test_a_torn_configuration_stops_the_machine(bench: Bench) -> None:
    """Past the linter on purpose: the decider's own assertion is the last line of defence."""
    torn = charts.with_rows(charts.CELL, Transition("repaired", OFF, TAKE))
    runtime = Runtime(Decider(torn), bench, MemoryJournal())
    runtime.post_nowait(charts.Repaired())
    with pytest.raises(IllegalConfigurationError, match=TAKE):
        await runtime.run()
    assert bench.log == [f"+{OFF}", f"-{OFF}"]


async def test_a_failing_activity_of_the_start_does_not_keep_it_from_starting(
    bench: Bench, autojump_clock: MockClock
) -> None:
    bench.scripts[OFF] = raising(ValueError("cold"))
    async with running(bench) as runtime:
        await trio.sleep(1)
        assert where(runtime) == (OFF,)
        assert runtime.counts.errors[f"error.{OFF}"] > 1
