"""The demo's kiosk: the page that people would see at this machine, for a browser beside it."""

from __future__ import annotations

import secrets

import msgspec
import trio

from rvm_edge.bridges.local.technician import PinHash
from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.display import Fittings, ScreenNews, ScreenPlan, show_screen
from rvm_edge.identity import Secret
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings

PIN = "1234"
"""The technician's, where the settings have none: nothing in the demo is worth a better one."""

_TOKEN_BYTES = 6
"""Of this boot's token: short enough to be read from the terminal's first line."""


class KioskScreen:
    """Serves the page of a simulated machine, on the usual port or any free one.

    Attributes:
        fittings: to be built into the machine's parts.
        address: of the page, with what lets it steer the machine, and the technician's PIN where it
            is the demo's own; "" while there is none.
    """

    def __init__(self, locations: Locations, settings: Settings) -> None:
        chosen = settings.screen
        self._hint = "" if chosen.pin_hash else f" PIN {PIN}"
        if self._hint:
            chosen = msgspec.structs.replace(chosen, pin_hash=str(PinHash.of(PIN)))
        self.fittings = Fittings()
        self.address = ""
        self._token = Secret(secrets.token_urlsafe(_TOKEN_BYTES))
        self._plan = ScreenPlan(locations, chosen, self._token, else_any_port=True)
        self._enabled = chosen.enabled

    async def serve(self, machine: SimulatedMachine) -> None:
        """Serve until cancelled, if the settings want a screen."""
        if self._enabled:
            uplink = machine.server.uplink
            await show_screen(machine.daemon, uplink, self.fittings, self._plan, self._hear)

    async def _hear(self, news: ScreenNews) -> None:
        await trio.lowlevel.checkpoint()
        address = f"{news.screen}#token={self._token.reveal()}{self._hint}"
        self.address = address if news.screen else ""
