"""How fast a long queue is delivered, and in how much memory, against one request for each row.

Once by the real client to the simulated server, over HTTP to another process; once to a carrier in
this process that takes everything at once: what the ledger and the courier cost by themselves.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trio

from rvm_edge.delivery import Carrier, Parcel, Proof, Receipt, Record
from rvm_edge.item import Outcome, Reason, Session, SessionMode, Verdict
from rvm_edge.ledger import SystemClock, life, open_ledger, sessions
from rvm_edge.ledger.courier.records import RecordCourier
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.ledger.opening import open_store
from rvm_edge.ledger.store import Stamp
from rvm_edge.offload import in_thread
from rvm_edge.settings.cloud import CloudSettings, SyncSettings
from tests.bench.result import BenchResult
from tests.bench.served_cloud import served_cloud, speaking_with

AIM_ROWS_PER_S = 2_000.0
"""A queue of four busy days, some ten thousand rows, is gone within seconds."""

SIZES = (1_000, 10_000, 100_000)
ONE_BY_ONE = 1_000
BATCH = 50
_FILL_AT_ONCE = 500
_LOOK_S = 0.005
_SESSION = Session("6f9d2c1e-5b7a-4c3d-9e8f-0a1b2c3d4e5f", SessionMode.GUEST)
_VERDICT = Verdict(
    accepted=True,
    reason=Reason.EMPTY_PET,
    label="mineral",
    confidence=0.91,
    weight_g=23.4,
    model_hash="ab" * 32,
    elapsed_ms=41.7,
)


Opens = Callable[[], AbstractAsyncContextManager[Carrier]]


@dataclass
class NullCarrier:
    """Takes everything at once, and notes how long the courier lets it wait between requests.

    Attributes:
        between_s: from one answer to the next request, each time.
    """

    between_s: list[float] = field(default_factory=list)
    _answered_s: float | None = None

    async def send_records(self, _records: Sequence[Record]) -> Receipt:
        """Take them."""
        if self._answered_s is not None:
            self.between_s.append(time.perf_counter() - self._answered_s)
        await trio.lowlevel.checkpoint()
        self._answered_s = time.perf_counter()
        return Receipt(Proof.TAKEN)

    async def send_picture(self, _parcel: Parcel) -> Receipt:
        """Take it."""
        await trio.lowlevel.checkpoint()
        return Receipt(Proof.TAKEN)

    def server_epoch_s(self, monotonic_s: float) -> float | None:
        """Return a time; which one does not matter."""
        return monotonic_s + 1_900_000_000.0


@dataclass(frozen=True)
class Delivery:
    """What delivering one queue took.

    Attributes:
        rows_per_s: from the first look at the queue until the last row is marked.
        peak_kb: the most that Python held beyond what it held before, in kB; 0 where not traced.
    """

    rows_per_s: float
    peak_kb: float = 0.0


def run(sizes: Sequence[int] = SIZES, one_by_one: int = ONE_BY_ONE) -> BenchResult:
    """Measure; about two minutes with the default sizes, a good part of it to fill the queues."""
    speeds: dict[int, float] = {}
    peaks: dict[int, float] = {}
    over_http: dict[int, float] = {}
    carrier = NullCarrier()
    with (
        served_cloud() as identity,
        tempfile.TemporaryDirectory(prefix="bench-sync-", dir=Path.cwd()) as name,
    ):
        folder = Path(name)
        for size in sizes:
            queue = folder / f"{size}.sqlite"
            fill(queue, size)
            again = Path(shutil.copy(queue, folder / f"{size}-again.sqlite"))
            third = Path(shutil.copy(queue, folder / f"{size}-http.sqlite"))
            speeds[size] = measure(queue, lambda: nullcontext(carrier)).rows_per_s
            over_http[size] = measure(third, partial(speaking_with, identity)).rows_per_s
            peaks[size] = measure(again, partial(speaking_with, identity), trace=True).peak_kb
        single = folder / "single.sqlite"
        fill(single, one_by_one)
        one_by_one_rows_per_s = measure(
            single, partial(speaking_with, identity), batch=1
        ).rows_per_s
    longest, shortest = max(sizes), min(sizes)
    return BenchResult(
        name="sync",
        figures={
            **{f"rows_per_s_of_{size}": round(speed, 1) for size, speed in over_http.items()},
            **{f"rows_per_s_of_{size}_null": round(speed, 1) for size, speed in speeds.items()},
            **{f"peak_kb_of_{size}": round(peak, 1) for size, peak in peaks.items()},
            "rows_per_s_one_by_one": round(one_by_one_rows_per_s, 1),
            "rows_per_s_aim": AIM_ROWS_PER_S,
            "batch_cycle_ms_p50": round(statistics.median(carrier.between_s) * 1000, 3),
        },
        ratios={
            "aim_over_slowest": round(AIM_ROWS_PER_S / min(over_http.values()), 3),
            "one_by_one_over_batches": round(one_by_one_rows_per_s / over_http[shortest], 3),
            "peak_of_longest_over_shortest": round(peaks[longest] / peaks[shortest], 3),
        },
        notes=(
            f"batches of {BATCH}, WAL and synchronous=FULL, in a thread; HTTP over loopback to "
            "rvm-edge cloud-sim in another process, which shares the processor",
            "null: a server that takes everything at once, in this process",
            "a batch's cycle: mark it delivered in one commit, read the next one, and mark that as "
            "sent in another commit before its request leaves",
            "peak: what Python allocates beyond the start, in runs of their own because tracing "
            "slows down; SQLite's page cache, 2 MB at most, is not in it",
        ),
    )


def measure(path: Path, carrier: Opens, *, batch: int = BATCH, trace: bool = False) -> Delivery:
    """Deliver a queue that was filled before, and say what that took.

    Args:
        path: the ledger.
        carrier: opens what brings the records to the server.
        batch: how many go into one request.
        trace: measure the memory too, which slows everything down.
    """
    return trio.run(_deliver, path, carrier, batch, trace)


def fill(path: Path, rows: int) -> None:
    """Let so many items drop, many in one transaction: only their delivery is measured."""
    store, _ = open_store(path, SystemClock())
    with closing(store):
        store.write(partial(sessions.open_session, session=_SESSION))
        for start in range(0, rows, _FILL_AT_ONCE):
            store.write(partial(_drop, items=min(_FILL_AT_ONCE, rows - start)))


def _drop(connection: sqlite3.Connection, stamp: Stamp, items: int) -> None:
    for _ in range(items):
        uuid = life.insert(connection, stamp, _SESSION.session_id).client_uuid
        life.decide(connection, stamp, uuid, _VERDICT)
        life.settle(connection, stamp, uuid, Outcome.DROPPED)


async def _deliver(path: Path, opens: Opens, batch: int, trace: bool) -> Delivery:
    async with open_ledger(path, in_thread(), SystemClock()) as ledger, opens() as carrier:
        rows = (await ledger.outbox.counts()).waiting
        courier = RecordCourier(
            ledger.outbox,
            carrier,
            CloudSettings(sync=SyncSettings(batch_items=batch)),
            rest=Rest(),
            clock=SystemClock(),
            chance=lambda: 0.5,
        )
        before, peak = 0, 0
        if trace:
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
        began_s = time.perf_counter()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(courier.deliver)
            while courier.delivered < rows:
                await trio.sleep(_LOOK_S)
            took_s = time.perf_counter() - began_s
            nursery.cancel_scope.cancel()
        if trace:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    return Delivery(rows / took_s, (peak - before) / 1000)
