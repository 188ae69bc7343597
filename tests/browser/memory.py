"""What the machine on the screen remembers: a queue, a gallery and a journal to look up."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

import trio
from PIL import Image, ImageDraw

from rvm_edge.bridges.local.computer import ComputerFinding, Standing
from rvm_edge.bridges.local.records import Delivery, KeptItem, QueuedItem
from rvm_edge.bridges.local.view import Sensors, Spoken
from rvm_edge.item import Reason, SessionMode
from rvm_edge.settings import Origin
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.staged_records import MODEL, StagedRecords
from tests.browser.tour import BOTTLE, FILLED, staged

PICTURES: Final = 19
FIRST: Final = "00000000-0000-4000-8000-000000000000"
_NO_ANSWER = "the server did not answer within 10 s"
_REFUSED = "422: the session is unknown to the server"


FOUND: Final = (
    ComputerFinding(
        "people",
        "Users and groups",
        Standing.FAILURE,
        "there is no group dialout",
        "systemd does not start a service whose group is missing (216/GROUP).",
        "Run: rvm-edge install --apply",
    ),
    ComputerFinding(
        "clock",
        "Clock",
        Standing.WARNING,
        "systemd says that the clock is not synchronised",
        "Signed addresses may have run out before they are shown.",
        "Let this computer reach a time server: timedatectl status",
    ),
    ComputerFinding("second-judge", "Second judge", Standing.NOTE, "none is asked for"),
    ComputerFinding("disk", "Disk", Standing.FINE, "41 % in use, 61.2 GB free"),
)


@dataclass
class StagedDoctor:
    """Finds what the test says.

    Attributes:
        found: that.
        looks: how often it was asked.
    """

    found: tuple[ComputerFinding, ...] = field(default=FOUND)
    looks: int = 0

    async def findings(self) -> tuple[ComputerFinding, ...]:
        await trio.lowlevel.checkpoint()
        self.looks += 1
        return self.found


def uuid_of(number: int) -> str:
    """Return an identity for the item with this number."""
    return f"{FIRST[:-4]}{number:04}"


def remembering() -> StagedMachine:
    """Return a machine with a queue, a gallery and a journal to look up."""
    machine = staged()
    machine.records = remembered()
    machine.doctor = StagedDoctor()
    machine.senses = Sensors(
        bin_pct=42.0, bin_full_pct=85.0, bin_full_by=Origin.SERVER, controller=Spoken.ASCII
    )
    taken, refused = machine.pictures[BOTTLE], machine.pictures[FILLED]
    for number in range(1, PICTURES + 1):
        machine.pictures[uuid_of(number)] = taken if _is_accepted(number) else refused
        if _is_cut_out(number):
            machine.cut_outs[uuid_of(number)] = _cut_out(taken)
    return machine


def remembered() -> StagedRecords:
    """Return a memory with something of everything in it."""
    now = datetime.now(timezone.utc)
    records = StagedRecords(
        queued=(
            _queued(1, Delivery.DEAD, now - timedelta(days=2), 12, _REFUSED),
            _queued(2, Delivery.AMBIGUOUS, now - timedelta(hours=3), 4, _NO_ANSWER),
            *(_queued(n, Delivery.WAITING, now - timedelta(minutes=9 * n), 0) for n in (5, 4, 3)),
        ),
        kept=tuple(_kept(n, now) for n in range(PICTURES, 0, -1)),
        eyes=MODEL,
    )
    records.note("started", ("operational.link.offline_guest", "operational.intake.clearing"))
    records.note("order.refused", ("maintenance",), "action=test_motor, why=the door is open")
    return records


def _queued(
    number: int, delivery: Delivery, since: datetime, tries: int, last_error: str = ""
) -> QueuedItem:
    mode = SessionMode.USER if number % 2 else SessionMode.GUEST
    return QueuedItem(
        uuid_of(number), delivery, mode, "mineral", since.isoformat(), tries, last_error
    )


def _kept(number: int, now: datetime) -> KeptItem:
    accepted = _is_accepted(number)
    return KeptItem(
        number=number,
        client_uuid=uuid_of(number),
        at=(now - timedelta(minutes=7 * (PICTURES - number))).isoformat(),
        accepted=accepted,
        reason=Reason.EMPTY_PET if accepted else Reason.NOT_EMPTY,
        label="mineral" if accepted else "not_empty",
        confidence=0.91 if accepted else 0.64,
        size=183_000,
        uploaded=number % 2 == 0,
        box=(0.37, 0.12, 0.62, 0.88) if accepted else None,
        has_cut_out=_is_cut_out(number),
    )


def _is_cut_out(number: int) -> bool:
    """Say whether the second judge was asked: about what was accepted, and not lately."""
    return _is_accepted(number) and number < PICTURES


def _cut_out(jpeg: bytes) -> bytes:
    """Stand for the second judge: what lies in the box, on grey."""
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    shares = (0.37, 0.12, 0.62, 0.88)
    box = [round(share * side) for share, side in zip(shares, picture.size * 2, strict=True)]
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=picture.width // 20, fill=255)
    out = io.BytesIO()
    Image.composite(picture, Image.new("RGB", picture.size, (128, 128, 128)), mask).save(
        out, "JPEG"
    )
    return out.getvalue()


def _is_accepted(number: int) -> bool:
    return number % 3 != 0
