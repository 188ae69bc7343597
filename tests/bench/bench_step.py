"""One step of the machine's chart: decided, journalled in memory, journalled on disk."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import trio

from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import Entry, SqliteJournal
from rvm_edge.statechart.offload import inline
from states import paths
from states.chart import CHART
from states.events import LinkLost, LinkUp
from tests.bench.result import BenchResult

OFFLINE = (paths.OFFLINE_GUEST, paths.IDLE)
ONLINE = (paths.ONLINE, paths.IDLE)


def run(steps: int = 600) -> BenchResult:
    """Measure deciding, deciding and journalling, and a bare commit, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        return trio.run(_run, Path(folder), steps)


async def _run(folder: Path, steps: int) -> BenchResult:
    decider = build(CHART)
    journal = await SqliteJournal.open(folder / "journal.sqlite", offload=inline)
    decided: list[float] = []
    journalled: list[float] = []
    bare: list[float] = []
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as floor:
        floor.execute("PRAGMA journal_mode = WAL")
        floor.execute("PRAGMA synchronous = FULL")
        floor.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, text TEXT) STRICT")
        for n in range(steps):
            before, event = (ONLINE, LinkLost()) if n % 2 else (OFFLINE, LinkUp())
            began = time.perf_counter()
            decision = decider.decide(before, event)
            decided.append(time.perf_counter() - began)
            entry = Entry(event.title, {}, before, decision.after, (event.title,), "0" * 64)
            await journal.append(entry)
            journalled.append(time.perf_counter() - began)
            began = time.perf_counter()
            floor.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 600,))
            bare.append(time.perf_counter() - began)
    await journal.aclose()
    return BenchResult(
        name="step",
        figures={
            "decide_us_p50": median(decided) * 1e6,
            "decide_and_journal_us_p50": median(journalled) * 1e6,
            "bare_full_commit_us_p50": median(bare) * 1e6,
        },
        ratios={"decide_and_journal_over_bare_commit": median(journalled) / median(bare)},
        notes=("repeat with: make bench ONLY=step",),
    )
