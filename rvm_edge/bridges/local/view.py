"""What the bridge sees of the machine. Protocols and plain data.

The daemon's display implements them, and those of `control`, which has what the bridge may cause.
The bridge knows nothing else of the machine: no chart, no ledger, no driver.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

import msgspec
import trio

from rvm_edge.bridges.local.computer import Doctor
from rvm_edge.bridges.local.records import Box, Records
from rvm_edge.item import Verdict
from rvm_edge.settings import Origin
from rvm_edge.statechart.counts import Counts
from rvm_edge.statechart.definition import Configuration
from rvm_edge.statechart.publishing import Step
from rvm_edge.telemetry import Telemetry


class Sighting(msgspec.Struct, frozen=True):
    """What the eyes made of one item, for people to look at.

    Attributes:
        verdict: theirs.
        frame: which of the verdict's pictures is shown.
        width: of that picture as it was judged, in pixels; 0 while unknown.
        height: likewise.
    """

    verdict: Verdict
    frame: int = 0
    width: int = 0
    height: int = 0

    @property
    def box(self) -> Box | None:
        """The surest box of what decided, in the picture that is shown; None where there is none.

        Left, top, right, bottom, each as a share of the picture's width or height.
        """
        frames, width, height = self.verdict.detections, self.width, self.height
        if not width or not height or not 0 <= self.frame < len(frames):
            return None
        named = [one for one in frames[self.frame] if one.label == self.verdict.label]
        if not named:
            return None
        left, top, right, bottom = max(named, key=lambda one: one.confidence).box
        return (left / width, top / height, right / width, bottom / height)


class Spoken(Enum):
    """What is spoken with the motor controller."""

    ASCII = "ascii"
    FRAMED = "framed"
    NOTHING = "nothing"
    """It does not answer."""


class Sensors(msgspec.Struct, frozen=True):
    """What was last read of the machine's senses; None for what is not fitted or not known.

    Attributes:
        bin_pct: 0 is empty, 100 is full.
        door_open: the service door.
        slot_occupied: something is in the slot.
        chamber_occupied: something lies inside.
        weight_g: on the scale, above the tare.
        temperature_c: inside the housing.
        bin_full_pct: from this level of the bin on nothing more is taken.
        bin_full_by: who said so: the owner in settings.toml, the server in its last handshake, or
            nobody.
        controller: in what the motor controller answers; None where it is simulated without a wire.
    """

    bin_pct: float | None = None
    door_open: bool | None = None
    slot_occupied: bool | None = None
    chamber_occupied: bool | None = None
    weight_g: float | None = None
    temperature_c: float | None = None
    bin_full_pct: float | None = None
    bin_full_by: Origin | None = None
    controller: Spoken | None = None


class Alarm(msgspec.Struct, frozen=True):
    """Something that a technician should know.

    Attributes:
        code: short and stable, such as ``part.sorter``; what is acknowledged.
        message: for a technician, in one line.
        since: when it began, ISO 8601 in UTC.
        acknowledged: somebody has seen it.
        fault: the code that people read out, if it put the machine out of service; else "".
    """

    code: str
    message: str
    since: str
    acknowledged: bool = False
    fault: str = ""


class Login(msgspec.Struct, frozen=True):
    """By what a user can log in at this screen.

    Attributes:
        qr_content: what the QR code holds, for the app of those who have an account.
        expires_at: from when on the server takes it no more, ISO 8601 in UTC by our own clock.
    """

    qr_content: str
    expires_at: str


class SetUp(msgspec.Struct, frozen=True):
    """Where a technician sets up a machine that does not know who it is.

    Attributes:
        address: of the set-up page, in the local network.
        fingerprint: SHA-256 of its certificate, in hex pairs with colons, as browsers show it.
        code: to be typed there; digits only.
        expires_at: from when on there is another code, ISO 8601 in UTC by our own clock.
        stick: what is wrong with the USB stick that was put in last, in one line; "" for nothing.
    """

    address: str = ""
    fingerprint: str = ""
    code: str = ""
    expires_at: str = ""
    stick: str = ""


class MachineView(Protocol):
    """What the bridge sees of the machine. Nothing here touches hardware or waits for a network."""

    @property
    def configuration(self) -> Configuration:
        """The active leaves; empty before the machine runs and after."""
        ...

    @property
    def counts(self) -> Counts:
        """What the chart's runtime has counted."""
        ...

    @property
    def telemetry(self) -> Telemetry:
        """How the computer is, and what the machine has done."""
        ...

    @property
    def kiosk_url(self) -> str:
        """The server's page for this machine's screen, byte for byte; "" while there is none."""
        ...

    @property
    def login(self) -> Login | None:
        """By what a user can log in now; None while nobody could be let in."""
        ...

    @property
    def set_up(self) -> SetUp | None:
        """Where the machine can be set up now; None where it knows who it is."""
        ...

    @property
    def time_zone(self) -> str:
        """Whose time of day it goes by, as the IANA names it; "" for the computer's own."""
        ...

    def user_name(self, session_id: str) -> str:
        """Return what to call the user of a session, in a few words; "" where nobody said."""
        ...

    @property
    def records(self) -> Records:
        """What the machine remembers, for a technician to look up."""
        ...

    @property
    def doctor(self) -> Doctor | None:
        """Who looks over its computer; None where nobody does."""
        ...

    def subscribe(self, capacity: int) -> AbstractContextManager[trio.MemoryReceiveChannel[Step]]:
        """Yield a channel of the steps from now on, as `Runtime.subscribe` does."""
        ...

    def is_progressing(self, limit_s: float) -> bool:
        """Say whether the machine runs and is stuck in nothing."""
        ...

    async def sighting(self, client_uuid: str) -> Sighting | None:
        """Return what the eyes made of an item; None while they have not decided."""
        ...

    async def picture(self, client_uuid: str) -> bytes | None:
        """Return the item's picture as a JPEG; None where it is not kept."""
        ...

    async def cut_out(self, client_uuid: str) -> bytes | None:
        """Return what the second judge took for the item, on grey; None where it is not kept."""
        ...

    async def sensors(self) -> Sensors:
        """Return what was last read."""
        ...

    async def alarms(self) -> tuple[Alarm, ...]:
        """Return what stands, oldest first."""
        ...
