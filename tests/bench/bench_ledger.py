"""What settling an item costs, against a bare SQLite FULL commit of a row of the same size.

Both files lie in the same folder, with the same settings, and take turns, so that a disk that is
slow for a while is slow for both.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import trio

from rvm_edge.item import Detection, Outcome, Reason, Session, SessionMode, Verdict
from rvm_edge.ledger import Ledger, SystemClock, open_ledger
from rvm_edge.offload import Offload, in_thread, inline
from tests.bench.result import BenchResult

_WARM_UP = 20
_SESSION = Session("6f9d2c1e-5b7a-4c3d-9e8f-0a1b2c3d4e5f", SessionMode.USER, "user-7")
_BOTTLE = Detection("pet_bottle", 0.9123, (101.25, 202.5, 303.75, 405.0))
_VERDICT = Verdict(
    accepted=True,
    reason=Reason.EMPTY_PET,
    label="pet_bottle",
    confidence=0.9123,
    detections=((_BOTTLE,), (_BOTTLE,), (_BOTTLE,)),
    weight_g=23.4,
    model_hash="ab" * 32,
    elapsed_ms=41.7,
)


def run(items: int = 400) -> BenchResult:
    """Measure; takes a few seconds with the default number of items."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger-", dir=Path.cwd()) as folder:
        return trio.run(_measure, Path(folder), items)


async def _measure(folder: Path, items: int) -> BenchResult:
    ways: dict[str, Offload] = {"inline": inline, "thread": in_thread()}
    times: dict[str, list[float]] = {"decide_thread": []}
    for way, offload in ways.items():
        times[f"settle_{way}"], times[f"bare_beside_{way}"] = [], []
        async with open_ledger(folder / f"{way}.sqlite", offload, SystemClock()) as ledger:
            await ledger.open_session(_SESSION)
            bare = _BareTable(folder / f"bare-{way}.sqlite", await _row_bytes(ledger))
            try:
                for number in range(items + _WARM_UP):
                    measured = number >= _WARM_UP
                    item = await ledger.insert(_SESSION.session_id)
                    decide_s = await _seconds(partial(ledger.decide, item.client_uuid, _VERDICT))
                    settle_s = await _seconds(
                        partial(ledger.settle, item.client_uuid, Outcome.DROPPED)
                    )
                    bare_s = bare.commit_s()
                    if measured:
                        times[f"settle_{way}"].append(settle_s)
                        times[f"bare_beside_{way}"].append(bare_s)
                        if way == "thread":
                            times["decide_thread"].append(decide_s)
            finally:
                bare.close()
    figures = {
        f"{name}_us_{label}": round(pick(values) * 1e6, 1)
        for name, values in times.items()
        for label, pick in (("p50", statistics.median), ("p99", _p99))
    }
    return BenchResult(
        name="ledger",
        figures=figures,
        ratios={
            f"settle_{way}_over_bare_commit": round(
                statistics.median(times[f"settle_{way}"])
                / statistics.median(times[f"bare_beside_{way}"]),
                3,
            )
            for way in ways
        },
        notes=(
            f"{items} items each way, WAL and synchronous=FULL on both sides, p50 over p50, "
            "interleaved, same disk",
            "settle writes three rows (item, history, outbox) and their indexes; the floor one row",
            "the machine pays settle_thread; inline is what the transaction itself costs",
        ),
    )


class _BareTable:
    """The floor: one table, one row per commit."""

    def __init__(self, path: Path, row_bytes: int) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, data TEXT) STRICT")
        self._data = "x" * row_bytes

    def commit_s(self) -> float:
        """Insert and commit one row; return how long that took."""
        started = time.perf_counter()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO rows (data) VALUES (?)", (self._data,))
        self._connection.execute("COMMIT")
        return time.perf_counter() - started

    def close(self) -> None:
        self._connection.close()


async def _row_bytes(ledger: Ledger) -> int:
    """Settle one item and return how many bytes its three rows hold."""
    item = await ledger.insert(_SESSION.session_id)
    await ledger.decide(item.client_uuid, _VERDICT)
    await ledger.settle(item.client_uuid, Outcome.DROPPED)
    connection = sqlite3.connect(ledger.path)
    try:
        rows = [
            *connection.execute("SELECT * FROM items").fetchall(),
            *connection.execute("SELECT * FROM outbox").fetchall(),
            *connection.execute("SELECT * FROM steps WHERE step = 'settled'").fetchall(),
        ]
    finally:
        connection.close()
    return sum(len(str(value)) for row in rows for value in row if value is not None)


async def _seconds(call: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]
