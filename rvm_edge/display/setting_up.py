"""Opens the set-up page while the machine does not know who it is, and never else."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trio
from msgspec.structs import replace

from rvm_edge.bridges.local.view import SetUp
from rvm_edge.daemon import Daemon
from rvm_edge.display.held_motion import HeldMotion
from rvm_edge.display.local_orders import LocalOrders
from rvm_edge.display.moments import utc
from rvm_edge.display.outcomes import Outcomes
from rvm_edge.health.addresses import psutil_interfaces, to_be_reached_at
from rvm_edge.locations import Locations
from rvm_edge.offload import Offload
from rvm_edge.orders import Order
from rvm_edge.provisioning.admitting import NOT_REACHED, Introduction, NotWelcomeError, admit
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.site import Site, SiteError, read_site
from rvm_edge.provisioning.store import Store
from rvm_edge.provisioning.usb.stick import StickError, read_stick
from rvm_edge.provisioning.wizard.tries import WrongTries
from rvm_edge.settings import Settings
from rvm_edge.uplink import Uplink
from rvm_edge.uplink.introducing import introducing
from states import paths

if TYPE_CHECKING:
    from rvm_edge.health.cleaning.cleaner import Cleaner
    from rvm_edge.provisioning.wizard.opening import Opening

LOOK_S: Final = 0.25
"""Between two looks at whether the page has to be open, and at which address."""

PASSING_S: Final = 0.5
"""A state that is left again so soon waits for nobody to set it up."""

LEAVE_S: Final = 10.0
"""So long the chart may take to see what was kept, before the page opens again."""

RETRY_S: Final = 15.0
STICK_S: Final = 20.0
"""A stick that hangs is left alone."""

ERASE: Final = "taken: pull it out and erase it, it is not written to and still holds the key"

_LOG = logging.getLogger(__name__)

Kept = Callable[[Site], Awaitable[None]]
"""Hears what was chosen for the site, once the machine knows who it is."""


class SetUpOffer:
    """Keeps the page open in one state of the chart, at the address that the machine has."""

    def __init__(
        self,
        daemon: Daemon,
        uplink: Uplink,
        *,
        settings: Settings,
        locations: Locations,
        offload: Offload,
        kept: Kept,
        orders: LocalOrders,
        cleaner: Cleaner | None = None,
    ) -> None:
        """Prepare; nothing is opened before `keep`.

        Args:
            daemon: the machine.
            uplink: its link; its telemetry is told in the handshake.
            settings: whether there is a page, and where; how long a server is waited for.
            locations: where credentials are kept.
            offload: where files are written.
            kept: hears what was chosen, once the machine knows who it is.
            orders: where whoever sets the machine up has its parts moved.
            cleaner: frees the machine's disk; None where the page may not.
        """
        self._daemon = daemon
        self._settings = settings
        self._offload = offload
        self._kept = kept
        self._cleaner = cleaner
        self._outcomes = Outcomes(daemon, orders)
        self._store = Store(locations.credentials_path, locations.site_path)
        self._introduce = introducing(settings.cloud.request, uplink.telemetry)
        self._locations = locations
        self._motion = HeldMotion(
            self._carry_out, orders.withdraw, lambda: daemon.machine.hardware.brake
        )
        self._opening: Opening | None = None
        self._tries = WrongTries(time.monotonic)  # who has the page opened anew gains none by it
        self._shown = SetUp()
        self._stick = ""

    @property
    def current(self) -> SetUp | None:
        """What the screen shows now."""
        if not self._is_wanted():
            self._stick = ""
            return None
        offer = self._opening.offer if self._opening else None
        if offer is None:
            self._shown = SetUp()
        elif self._shown.code != offer.code:
            ends_at = utc() + timedelta(seconds=offer.lasts_s)
            self._shown = SetUp(
                offer.address,
                offer.fingerprint,
                offer.code,
                ends_at.isoformat(timespec="milliseconds"),
            )
        return replace(self._shown, stick=self._stick)

    async def keep(self) -> None:
        """Have the page open whenever it is wanted, until cancelled; go by what was chosen."""
        has_waited = False
        while True:
            if self._is_wanted():
                has_waited = True
                address = self._address() if self._settings.setup.enabled else None
                if address is not None:
                    await self._open(address)
            elif has_waited:  # page, stick or command line: somebody has told it
                has_waited = False
                await self._kept(await self._site())
            await trio.sleep(LOOK_S)

    async def take_sticks(self, sticks: AsyncIterable[Path]) -> None:
        """Take the credentials that a technician brings on a stick, until cancelled.

        Nothing is read while the machine knows who it is.

        Args:
            sticks: where they are mounted, as they come.
        """
        async for folder in sticks:
            while self._is_wanted():
                said = self._stick
                self._stick, is_over = await self._take_stick(folder)
                if self._stick not in {"", said}:
                    _LOG.warning("USB stick: %s", self._stick)
                if is_over:
                    break
                await trio.sleep(RETRY_S)  # a network may take longer to come than a stick

    async def _take_stick(self, folder: Path) -> tuple[str, bool]:
        """Return what there is to say of it, "" for nothing, and whether that is its last word."""
        try:
            with trio.fail_after(STICK_S):
                found = await trio.to_thread.run_sync(read_stick, folder, abandon_on_cancel=True)
            if found is None:
                return "", True
            await self._admit(*found)
        except trio.TooSlowError:
            return f"cannot be read within {STICK_S:g} s", True
        except StickError as error:
            return str(error), True
        except NotWelcomeError as error:
            return str(error), error.standing not in NOT_REACHED
        except OSError as error:
            return f"cannot be kept: {error.strerror or error}", True
        return ERASE, True

    async def _open(self, address: IPv4Address | IPv6Address) -> None:
        # A machine that knows who it is passes through at every start, and needs none of this.
        await trio.sleep(PASSING_S)
        if not self._is_wanted():
            return
        await trio.to_thread.run_sync(_load)
        from rvm_edge.display.set_up_premises import SetUpPremises  # noqa: PLC0415
        from rvm_edge.provisioning.wizard.opening import (  # noqa: PLC0415
            NotOpenedError,
            Opening,
        )

        premises = SetUpPremises(
            self._daemon.machine, self._settings, self._locations, self._cleaner, self._motion
        )
        port = self._settings.setup.port
        opening = Opening(address, port, premises, self._admit, tries=self._tries)
        self._opening = opening
        pause_s = RETRY_S
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._close_in_time, address, nursery.cancel_scope)
                try:
                    await opening.run()
                except NotOpenedError as error:
                    _LOG.warning("the set-up page cannot be opened: %s", error)
                else:  # credentials are kept: the chart leaves its state within seconds
                    pause_s = LEAVE_S
                nursery.cancel_scope.cancel()
        finally:
            self._opening = None
        with trio.move_on_after(pause_s):
            while self._is_wanted():
                await trio.sleep(LOOK_S)

    async def _carry_out(self, order: Order) -> str:
        return await self._outcomes.of_order(order, (paths.PROVISIONING,))

    async def _close_in_time(
        self, address: IPv4Address | IPv6Address, page: trio.CancelScope
    ) -> None:
        """Close the page with the state that it belongs to, or when the address is another one."""
        while self._is_wanted():
            await trio.sleep(LOOK_S)
            if self._address() != address:
                break
        page.cancel()

    async def _admit(self, credentials: Credentials, site: Site) -> Introduction:
        return await admit(credentials, site, self._introduce, self._store, self._offload)

    async def _site(self) -> Site:
        try:
            return await self._offload(partial(read_site, self._locations.site_path))
        except SiteError as error:
            _LOG.warning("%s", error)
            return Site()

    def _is_wanted(self) -> bool:
        return paths.PROVISIONING in self._daemon.runtime.configuration

    def _address(self) -> IPv4Address | IPv6Address | None:
        """Return the one address to listen on: of the local network, never of all interfaces."""
        if self._settings.setup.address:
            return ip_address(self._settings.setup.address)
        try:
            return to_be_reached_at(psutil_interfaces())
        except OSError:
            return None


def _load() -> None:
    """Import half a second's worth, beside the loop."""
    import rvm_edge.display.set_up_premises  # noqa: PLC0415
    import rvm_edge.provisioning.wizard.opening  # noqa: F401, PLC0415
