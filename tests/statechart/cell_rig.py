"""Runs the robot cell for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
import trio.testing

from rvm_edge.statechart.build import build
from rvm_edge.statechart.definition import Chart, Configuration, Context, Event
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import Entry, MemoryJournal, Record, verify
from rvm_edge.statechart.runtime import Runtime
from tests.statechart import charts
from tests.statechart.charts import CELL, FAST, PUT, SLOW, TAKE, Bench, Script

settled = trio.testing.wait_all_tasks_blocked

DECIDER = build(CELL)


@asynccontextmanager
async def running(
    bench: Bench,
    *,
    chart: Chart[Bench] = CELL,
    journal: MemoryJournal | None = None,
    **options: Any,  # noqa: ANN401 - the runtime's own
) -> AsyncIterator[Runtime[Bench]]:
    """Run the cell while the block lasts; afterwards its journal has to prove itself."""
    decider = DECIDER if chart is CELL else build(chart)
    kept = MemoryJournal() if journal is None else journal
    runtime = Runtime(decider, bench, kept, **options)
    async with trio.open_nursery() as nursery:
        await nursery.start(runtime.run)
        yield runtime
        nursery.cancel_scope.cancel()
    assert verify(kept.records, decider).problems == ()


TO_PUT = (charts.Start(), charts.Faster(), charts.Part(1.0), charts.Taken())
"""Leads from the start to (FAST, PUT)."""


async def tell(runtime: Runtime[Bench], *events: Event) -> None:
    """Post events one by one, each once the last is done with."""
    for event in events:
        await runtime.post(event)
        await settled()


def where(runtime: Runtime[Bench]) -> Configuration:
    """Return the configuration: a call, so that no type checker takes it for unchanging."""
    return runtime.configuration


async def to_take(runtime: Runtime[Bench]) -> None:
    """Lead the cell to (SLOW, TAKE)."""
    await tell(runtime, charts.Start(), charts.Part(1.0))
    assert runtime.configuration == (SLOW, TAKE)


async def to_put(runtime: Runtime[Bench]) -> None:
    """Lead the cell to (FAST, PUT)."""
    await tell(runtime, *TO_PUT)
    assert runtime.configuration == (FAST, PUT)


def at_the_end(clean_up: Script) -> Script:
    """A script that works until its state is left, and then does `clean_up`."""

    async def script(context: Context[Bench]) -> None:
        try:
            await trio.sleep_forever()
        finally:
            await clean_up(context)

    return script


def raising(error: BaseException) -> Script:
    """A script that fails at once."""

    async def script(_context: Context[Bench]) -> None:
        raise error

    return script


def deaf(release: trio.Event) -> Script:
    """A script that does not hear that it is cancelled, until `release`."""

    async def script(_context: Context[Bench]) -> None:
        with trio.CancelScope(shield=True):
            await release.wait()

    return script


class FailingJournal(MemoryJournal):
    """Refuses rows as long as it is told to."""

    def __init__(self, refuses: Callable[[Entry], bool]) -> None:
        super().__init__()
        self.refuses = refuses
        self.attempts_s: list[float] = []

    async def append(self, entry: Entry) -> Record:
        self.attempts_s.append(trio.current_time())
        if self.refuses(entry):
            raise JournalError("journal: database or disk is full")
        return await super().append(entry)


class NotingJournal(MemoryJournal):
    """Notes in the bench's log when a row is written."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    async def append(self, entry: Entry) -> Record:
        await trio.sleep(0.1)
        self._bench.log.append(f"journal {entry.event}")
        return await super().append(entry)
