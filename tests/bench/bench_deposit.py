"""What one delivered item costs on the wire, against its picture alone.

Each sample picture is delivered by the real client: its record, and the picture with its fields.
Counted is what HTTP/1.1 puts on the wire upwards: request line, headers, body. TLS and TCP come on
top for both sides of the ratio.
"""

from __future__ import annotations

import statistics

import httpx
import trio

from drivers.ports import Frame
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.delivery import Parcel, Proof, Record
from rvm_edge.identity import Identity, Secret
from rvm_edge.item import SessionMode
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import RequestSettings
from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.telemetry import Deeds, Figures
from tests.bench.result import BenchResult

_SERIAL = "RVM-202601-042"
_UUID = "0d1c6b9e-2f43-4c6e-9d57-3f0f3b7a9c11"
_SESSION = "7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e"
_BATCH = 50


class _Counting(httpx.AsyncBaseTransport):
    """Counts what every request would weigh on the wire."""

    def __init__(self, server: CloudServer) -> None:
        self._inner = InProcessTransport(server)
        self.sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        line = len(request.method) + len(request.url.raw_path) + len("  HTTP/1.1\r\n")
        headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
        self.sent += line + headers + 2 + len(body)
        return await self._inner.handle_async_request(request)


def run() -> BenchResult:
    """Measure; a second."""
    return trio.run(_measure)


async def _measure() -> BenchResult:
    server = CloudServer(Dialect.D)
    machine = server.add_machine(_SERIAL)
    server.add_user(1, "token-of-a-user")
    wire = _Counting(server)
    identity = Identity(
        server.site.origin, _SERIAL, "Bench", Secret(machine.api_key), Secret("token-of-a-user")
    )
    cloud = MyRvmCloud(
        identity,
        RequestSettings(),
        StillTelemetry(Deeds(_nothing_done, dict)),
        as_jpeg=_as_it_is,
        on_commands=lambda _commands, _time: None,
        transport=wire,
    )
    pictures = [path.read_bytes() for path in sorted((samples_dir() / "images").glob("*.jpg"))]
    async with cloud.run():
        await cloud.handshake()
        handshake = _taken_from(wire)
        await cloud.heartbeat(37.0)
        heartbeat = _taken_from(wire)
        parcels = [await _picture(cloud, wire, jpeg) for jpeg in pictures]
        alone = await _records(cloud, wire, 1)
        in_batch = await _records(cloud, wire, _BATCH) / _BATCH
    sizes = [len(jpeg) for jpeg in pictures]
    mean = statistics.fmean(sizes)
    deposit = statistics.fmean(parcels) + alone
    return BenchResult(
        name="deposit",
        figures={
            "picture_bytes_mean": round(mean, 1),
            "picture_request_bytes_mean": round(statistics.fmean(parcels), 1),
            "record_bytes_alone": float(alone),
            f"record_bytes_in_batch_of_{_BATCH}": round(in_batch, 1),
            "deposit_bytes_mean": round(deposit, 1),
            "heartbeat_bytes": float(heartbeat),
            "handshake_bytes": float(handshake),
        },
        ratios={
            "deposit_over_picture": round(deposit / mean, 3),
            "batched_record_over_alone": round(in_batch / alone, 3),
        },
        notes=(
            f"{len(pictures)} sample pictures as they are; a real camera's are larger, and all "
            "else stays as it is",
            "upwards, HTTP/1.1, without TLS and TCP",
        ),
    )


async def _picture(cloud: MyRvmCloud, wire: _Counting, jpeg: bytes) -> int:
    parcel = Parcel(
        client_uuid=_UUID,
        session_id=_SESSION,
        accepted=True,
        reason="empty_pet",
        label="mineral",
        confidence=0.9123,
        weight_g=18.4,
        model_hash="ab" * 32,
        elapsed_ms=61.3,
        jpeg=jpeg,
    )
    receipt = await cloud.send_picture(parcel)
    assert receipt.proof is Proof.TAKEN, receipt
    return _taken_from(wire)


async def _records(cloud: MyRvmCloud, wire: _Counting, number: int) -> int:
    records = [
        Record(
            f"{number:08d}-{one:04d}-4c6e-9d57-3f0f3b7a9c11",
            _SESSION,
            SessionMode.GUEST,
            "",
            "mineral",
            18.4,
            1_770_692_400,
        )
        for one in range(number)
    ]
    receipt = await cloud.send_records(records)
    assert receipt.proof is Proof.TAKEN, receipt
    return _taken_from(wire)


def _taken_from(wire: _Counting) -> int:
    sent, wire.sent = wire.sent, 0
    return sent


async def _nothing_done() -> Figures:
    await trio.lowlevel.checkpoint()
    return Figures()


async def _as_it_is(frame: Frame, _most_bytes: int) -> bytes:
    await trio.lowlevel.checkpoint()
    return frame.data
