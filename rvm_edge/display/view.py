"""The machine as its screen sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager

import trio
from msgspec.structs import replace

from drivers.ports import Wire
from rvm_edge.bridges.local.computer import Doctor
from rvm_edge.bridges.local.records import Records
from rvm_edge.bridges.local.view import Alarm, Login, Sensors, SetUp, Sighting, Spoken
from rvm_edge.daemon import Daemon
from rvm_edge.display.alarm_board import AlarmBoard
from rvm_edge.display.item_pictures import ItemPictures
from rvm_edge.display.login_offer import LoginOffer
from rvm_edge.display.senses import Senses
from rvm_edge.display.setting_up import SetUpOffer
from rvm_edge.display.troubles import Troubles
from rvm_edge.machine import LedgerError
from rvm_edge.provisioning.local_time import zone_kept
from rvm_edge.statechart.counts import Counts
from rvm_edge.statechart.definition import Configuration
from rvm_edge.statechart.publishing import Step
from rvm_edge.telemetry import Telemetry
from rvm_edge.uplink import Uplink
from states import paths


class SeenMachine:
    """Implements `rvm_edge.bridges.local.view.MachineView`; touches no hardware."""

    def __init__(
        self,
        daemon: Daemon,
        uplink: Uplink,
        *,
        senses: Senses,
        pictures: ItemPictures,
        troubles: Troubles,
        board: AlarmBoard,
        offer: LoginOffer,
        records: Records,
        set_up: SetUpOffer | None = None,
        doctor: Doctor | None = None,
    ) -> None:
        """Look at a machine that runs.

        Args:
            daemon: the machine.
            uplink: its link to the server.
            senses: what its sensors last read.
            pictures: of its last item, and of those before.
            troubles: what is wrong with it.
            board: since when.
            offer: by what users log in.
            records: what it remembers.
            set_up: where it is set up from a phone; None where it never is.
            doctor: who looks over its computer; None where nobody does.
        """
        self._daemon = daemon
        self._uplink = uplink
        self._senses = senses
        self._pictures = pictures
        self._troubles = troubles
        self._board = board
        self._offer = offer
        self._records = records
        self._set_up = set_up
        self._doctor = doctor

    @property
    def configuration(self) -> Configuration:
        """The active leaves."""
        return self._daemon.runtime.configuration

    @property
    def counts(self) -> Counts:
        """What the chart's runtime has counted."""
        return self._daemon.runtime.counts

    @property
    def telemetry(self) -> Telemetry:
        """How the computer is, and what the machine has done."""
        return self._uplink.telemetry

    @property
    def kiosk_url(self) -> str:
        """The server's page for this machine's screen, while the server is reached."""
        welcome = self._uplink.cloud.welcome
        if welcome is None or paths.ONLINE not in self.configuration:
            return ""
        return welcome.kiosk_url

    @property
    def login(self) -> Login | None:
        """By what a user can log in now."""
        return self._offer.current

    @property
    def set_up(self) -> SetUp | None:
        """Where the machine can be set up now."""
        return self._set_up.current if self._set_up else None

    @property
    def time_zone(self) -> str:
        """Whose time of day it goes by."""
        return zone_kept()

    def user_name(self, session_id: str) -> str:
        """Return what to call the user of a session."""
        return self._uplink.socket.user_name(session_id)

    @property
    def records(self) -> Records:
        """What the machine remembers, for a technician to look up."""
        return self._records

    @property
    def doctor(self) -> Doctor | None:
        """Who looks over its computer; None where nobody does."""
        return self._doctor

    def subscribe(self, capacity: int) -> AbstractContextManager[trio.MemoryReceiveChannel[Step]]:
        """Yield a channel of the steps from now on."""
        return self._daemon.runtime.subscribe(capacity)

    def is_progressing(self, limit_s: float) -> bool:
        """Say whether the machine runs and is stuck in nothing."""
        return self._daemon.runtime.is_progressing(limit_s)

    async def sighting(self, client_uuid: str) -> Sighting | None:
        """Return what the eyes made of an item; None while they have not decided."""
        try:
            verdict = await self._daemon.ledger.pictures.verdict(client_uuid)
        except LedgerError:
            return None
        if verdict is None:
            return None
        return Sighting(verdict, *self._pictures.shown(client_uuid, verdict))

    async def picture(self, client_uuid: str) -> bytes | None:
        """Return the item's picture as a JPEG; None where it is not kept."""
        return await self._pictures.picture(client_uuid)

    async def cut_out(self, client_uuid: str) -> bytes | None:
        """Return what the second judge took for the item; None where it is not kept."""
        return await self._pictures.cut_out(client_uuid)

    async def sensors(self) -> Sensors:
        """Return what was last read, and by which level a full bin is told."""
        await trio.lowlevel.checkpoint()
        rules = self._daemon.machine.rules
        return replace(
            self._senses.last,
            bin_full_pct=rules.now.bin_full_pct,
            bin_full_by=rules.bin_full_by,
            controller=_spoken(self._daemon.machine.hardware.wire),
        )

    async def alarms(self) -> tuple[Alarm, ...]:
        """Return what stands, oldest first."""
        return self._board.show(await self._troubles.now())


def _spoken(wire: Wire | None) -> Spoken | None:
    return None if wire is None else Spoken(wire.dialect or Spoken.NOTHING)
