"""Couriers at work in virtual time."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from drivers.ports import Frame
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.courier import Courier
from rvm_edge.ledger.courier.records import RecordCourier
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.ledger.evidence import EvidenceFolder, open_evidence
from rvm_edge.machine import CutOut, EyesError, no_cut_out
from rvm_edge.offload import inline
from rvm_edge.settings.cloud import CloudSettings, EvidenceSettings, RequestSettings, SyncSettings
from tests.ledger.servers import FakeServer

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


def batches_of(items: int, **sync: float) -> CloudSettings:
    return CloudSettings(
        request=RequestSettings(),
        sync=SyncSettings(batch_items=items, **sync),  # type: ignore[arg-type] # the struct checks them
    )


def record_courier(
    ledger: Ledger,
    server: FakeServer,
    clock: Clock,
    settings: CloudSettings | None = None,
    rest: Rest | None = None,
) -> RecordCourier:
    return RecordCourier(
        ledger.outbox,
        server,
        settings or CloudSettings(),
        rest=rest or Rest(),
        clock=clock,
        chance=random.Random(7).random,  # noqa: S311 - jitter
    )


async def as_jpeg(frame: Frame, most_bytes: int) -> bytes:
    """Stand for the eyes: what is too long is cut, as if it were a smaller picture."""
    await trio.lowlevel.checkpoint()
    if frame.data == b"unreadable":
        raise EyesError("the picture cannot be read")
    return frame.data[:most_bytes]


async def evidence_of(
    ledger: Ledger,
    settings: EvidenceSettings | None = None,
    folder: Path | None = None,
    cut_out: CutOut = no_cut_out,
) -> EvidenceFolder:
    return await open_evidence(
        folder or ledger.path.parent / "evidence",
        ledger.pictures,
        as_jpeg,
        settings or EvidenceSettings(),
        inline,
        cut_out=cut_out,
    )


@asynccontextmanager
async def delivering(courier: RecordCourier | Courier) -> AsyncIterator[None]:
    """Let the courier deliver while the block lasts, as the chart does while online."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(courier.deliver)
        yield
        nursery.cancel_scope.cancel()
