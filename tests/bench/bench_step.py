"""One step of the machine's chart, against a bare SQLite FULL commit of a row of the same size.

All files lie in one folder and all kinds take turns, so that a disk that is slow for a while is
slow for all. The chart is the machine's own, but its activities do nothing: what is measured is
deciding, cancelling and starting them, journalling and publishing, and nothing of the hardware.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from statistics import median, quantiles

import trio
from msgspec.structs import asdict

from rvm_edge.machine import Machine
from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart, Context, Event, State
from rvm_edge.statechart.journal import MemoryJournal, SqliteJournal
from rvm_edge.statechart.journal.record import Journal
from rvm_edge.statechart.offload import in_thread, inline
from rvm_edge.statechart.publishing import Step
from rvm_edge.statechart.runtime import Runtime
from states import paths
from states.chart import CHART
from states.events import CredentialsReady, HandshakeOk, LinkLost, LinkUp, MechanismClear
from tests.bench.result import BenchResult

OFFLINE = (paths.OFFLINE_GUEST, paths.IDLE)
ONLINE = (paths.ONLINE, paths.IDLE)
TO_OFFLINE_IDLE = (CredentialsReady(), HandshakeOk(), MechanismClear(bin_full=False))
_WARM_UP = 20


def run(steps: int = 600) -> BenchResult:
    """Measure; takes about five seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-step-", dir=Path.cwd()) as folder:
        return trio.run(_measure, Path(folder), steps)


async def _measure(folder: Path, steps: int) -> BenchResult:
    decider = build(CHART)
    still: Decider[None] = build(_without_activities(CHART))
    memory = MemoryJournal()
    inline_journal = await SqliteJournal.open(folder / "inline.sqlite", offload=inline)
    journal = await SqliteJournal.open(folder / "journal.sqlite", offload=in_thread())
    journals: dict[str, Journal] = {
        "step_in_memory": memory,
        "step_on_disk_inline": inline_journal,
        "step_on_disk": journal,
    }
    times: dict[str, list[float]] = {"decide": [], **{name: [] for name in journals}, "bare": []}
    async with AsyncExitStack() as stack:
        steppers = {
            name: await stack.enter_async_context(_stepper(still, kept))
            for name, kept in journals.items()
        }
        row_characters = sum(len(str(value)) for value in asdict(memory.records[-1]).values())
        floor = stack.enter_context(closing(_bare_table(folder / "bare.sqlite")))
        for number in range(steps + _WARM_UP):
            before, event = (ONLINE, LinkLost()) if number % 2 else (OFFLINE, LinkUp())
            took = {"decide": _decide_s(decider, before, event)}
            for name, stepper in steppers.items():
                took[name] = await stepper.step_s(event)
            took["bare"] = _commit_s(floor, row_characters)
            if number >= _WARM_UP:
                for name, seconds in took.items():
                    times[name].append(seconds)
    await inline_journal.aclose()
    await journal.aclose()
    return _result(times, steps, row_characters)


def _result(times: dict[str, list[float]], steps: int, row_characters: int) -> BenchResult:
    figures: dict[str, float] = {}
    for name, seconds in times.items():
        figures[f"{name}_us_p50"] = median(seconds) * 1e6
        figures[f"{name}_us_p99"] = quantiles(seconds, n=100)[98] * 1e6
    return BenchResult(
        name="step",
        figures=figures,
        ratios={
            f"{name}_over_bare_commit": figures[f"{name}_us_p50"] / figures["bare_us_p50"]
            for name in times
            if name != "bare"
        },
        notes=(
            f"{steps} steps of each kind, in turns; WAL and synchronous=FULL on all disks' sides",
            f"the bare row has {row_characters} characters, as many as a journal row",
            "the machine pays step_on_disk, whose commit runs in a thread; inline is the same "
            "step without the thread",
        ),
    )


class _Stepper:
    """Brings events to one runtime and waits until their steps are published."""

    def __init__(self, runtime: Runtime[None], steps: trio.MemoryReceiveChannel[Step]) -> None:
        self._runtime = runtime
        self._steps = steps

    async def step_s(self, event: Event) -> float:
        """Post the event; return how long it took until the step was published."""
        began = time.perf_counter()
        await self._runtime.post(event)
        await self._steps.receive()
        return time.perf_counter() - began


@asynccontextmanager
async def _stepper(decider: Decider[None], journal: Journal) -> AsyncIterator[_Stepper]:
    runtime = Runtime(decider, None, journal)
    async with trio.open_nursery() as nursery:
        await nursery.start(runtime.run)
        with runtime.subscribe(16) as steps:
            stepper = _Stepper(runtime, steps)
            for event in TO_OFFLINE_IDLE:
                await stepper.step_s(event)
            assert runtime.configuration == OFFLINE, runtime.configuration
            yield stepper
        nursery.cancel_scope.cancel()


def _without_activities(chart: Chart[Machine]) -> Chart[None]:
    """Return the chart with as many activities in each state, which only wait to be cancelled."""

    def stilled(state: State[Machine]) -> State[None]:
        return State(
            state.name,
            state.doc,
            activities=tuple(_wait for _ in state.activities),
            children=tuple(stilled(child) for child in state.children),
            initial=state.initial,
            parallel=state.parallel,
            timeout=state.timeout,
            rests=state.rests,
        )

    return Chart(
        chart.name,
        tuple(stilled(state) for state in chart.states),
        chart.initial,
        chart.events,
        chart.transitions,
    )


async def _wait(_context: Context[None]) -> None:
    await trio.sleep_forever()


def _decide_s(decider: Decider[Machine], before: tuple[str, ...], event: Event) -> float:
    began = time.perf_counter()
    decider.decide(before, event)
    return time.perf_counter() - began


def _bare_table(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, text TEXT) STRICT")
    return connection


def _commit_s(floor: sqlite3.Connection, characters: int) -> float:
    began = time.perf_counter()
    floor.execute("BEGIN IMMEDIATE")
    floor.execute("INSERT INTO rows (text) VALUES (?)", ("x" * characters,))
    floor.execute("COMMIT")
    return time.perf_counter() - began
