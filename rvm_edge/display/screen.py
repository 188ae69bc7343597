"""The screen beside the machine: neither takes the other down."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

import trio

from rvm_edge.backoff import Backoff
from rvm_edge.bridges.local.address import AddressRefusedError
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.daemon import Daemon
from rvm_edge.display.alarm_board import AlarmBoard
from rvm_edge.display.boot_token import left_at
from rvm_edge.display.causes import Causes
from rvm_edge.display.control import SteeredMachine
from rvm_edge.display.doctors_round import DoctorsRound
from rvm_edge.display.fittings import Fittings
from rvm_edge.display.item_pictures import ItemPictures
from rvm_edge.display.login_offer import offer_to_users
from rvm_edge.display.memory import Memory
from rvm_edge.display.model_in_use import ModelInUse
from rvm_edge.display.moments import utc_text
from rvm_edge.display.page_files import FOLDERS, written_anew
from rvm_edge.display.screen_plan import ScreenNews, ScreenPlan, Told
from rvm_edge.display.setting_up import SetUpOffer
from rvm_edge.display.troubles import Troubles
from rvm_edge.display.view import SeenMachine
from rvm_edge.offload import in_thread
from rvm_edge.provisioning.bin_depth import keep_depth_of
from rvm_edge.provisioning.local_time import keep_time_of
from rvm_edge.provisioning.site import Site
from rvm_edge.statechart.publishing import Step
from rvm_edge.uplink import Uplink

if TYPE_CHECKING:
    from rvm_edge.bridges.local.bridge import LocalBridge

RETRY_FIRST_S: Final = 0.5
RETRY_CAP_S: Final = 30.0
STEADY_S: Final = 10.0
"""A screen that was served for so long had no trouble."""

_STEPS: Final = 1000
_LOG = logging.getLogger(__name__)


async def show_screen(
    daemon: Daemon, uplink: Uplink, fittings: Fittings, plan: ScreenPlan, told: Told
) -> None:
    """Serve the screen until cancelled; begin anew, later each time, whenever it fails.

    Args:
        daemon: the machine; it was made of parts with `fittings` built in.
        uplink: its link to the server.
        fittings: those.
        plan: how.
        told: is awaited with where the screen is, and with every other reason why it is not.
    """
    screen = _Screen(daemon, uplink, fittings, plan, told)
    async with trio.open_nursery() as nursery:
        await nursery.start(screen.follow_steps)
        nursery.start_soon(screen.keep_login)
        nursery.start_soon(screen.keep_set_up)
        nursery.start_soon(screen.take_sticks)
        await screen.keep()
        nursery.cancel_scope.cancel()


class _Screen:
    def __init__(
        self, daemon: Daemon, uplink: Uplink, fittings: Fittings, plan: ScreenPlan, told: Told
    ) -> None:
        self._daemon = daemon
        self._plan = plan
        self._told = told
        self._port = plan.settings.port
        self._world = fittings.world
        self._said = ""
        self._bridge: LocalBridge | None = None
        pin_hash = plan.settings.pin_hash
        # Of the boot, not of the bridge: who makes the bridge fail shall gain no tries by it.
        self._pins = PinDesk(PinHash.parse(pin_hash) if pin_hash else None, time.monotonic)
        offload = in_thread()  # of its own: the ledger waits for no picture
        machine = daemon.machine
        board = AlarmBoard(utc_text)
        self._causes = Causes(fittings.failures)
        self._pictures = ItemPictures(
            machine.tray, machine.eyes, plan.locations.evidence_dir, offload
        )
        self._offer = offer_to_users(daemon, uplink)
        self._set_up = (
            SetUpOffer(
                daemon,
                uplink,
                settings=plan.machine,
                locations=plan.locations,
                offload=offload,
                kept=self._live_by,
                orders=fittings.orders,
                cleaner=plan.cleaner(daemon) if plan.cleaner else None,
            )
            if plan.machine
            else None
        )
        model = ModelInUse(fittings.eyes, uplink.telemetry)
        self._view = SeenMachine(
            daemon,
            uplink,
            senses=fittings.senses,
            pictures=self._pictures,
            troubles=Troubles(daemon, uplink, fittings, self._causes),
            board=board,
            offer=self._offer,
            records=Memory(uplink, model, plan.locations, offload),
            set_up=self._set_up,
            doctor=DoctorsRound(plan.locations, plan.machine) if plan.machine else None,
        )
        self._control = SteeredMachine(
            daemon, uplink, fittings, board=board, locations=plan.locations, offload=offload
        )

    async def follow_steps(
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Note what only steps tell, until the machine stops; started once none is missed."""
        runtime = self._daemon.runtime
        while True:
            with runtime.subscribe(_STEPS) as steps:
                task_status.started()
                task_status = trio.TASK_STATUS_IGNORED
                async for step in steps:
                    self._note(step)
            if not runtime.configuration:
                return

    async def keep_login(self) -> None:
        """Have a code for users whenever one is of use, whatever fails."""
        # Guests are served without it.
        await _again_and_again(self._offer.keep, "no code for users could be had")

    async def keep_set_up(self) -> None:
        """Have the set-up page open whenever it is wanted, whatever fails."""
        if self._set_up is not None:
            # A stick or the command line will do, too.
            await _again_and_again(self._set_up.keep, "the set-up page has failed")

    async def take_sticks(self) -> None:
        """Take credentials from USB sticks, whatever fails."""
        set_up = self._set_up
        if set_up is None:
            return

        async def take() -> None:
            async with aclosing(self._plan.sticks()) as sticks:
                await set_up.take_sticks(sticks)

        # The page or the command line will do, too.
        await _again_and_again(take, "USB sticks are not noticed")

    async def keep(self) -> None:
        """Serve until cancelled, whatever fails."""
        backoff = Backoff(RETRY_FIRST_S, RETRY_CAP_S)
        while True:
            began_s = trio.current_time()
            try:
                with left_at(self._plan.token_path, self._plan.token, self._plan.token_mode):
                    await self._serve()
            except AddressRefusedError as refused:
                trouble = str(refused)
                if self._plan.else_any_port:
                    self._port = 0
            except Exception:  # noqa: BLE001 - people are served at the slot all the same
                _LOG.exception("the screen's bridge has failed")
                trouble = "the screen's bridge has failed; the log says why"
            else:
                trouble = "the screen's bridge has ended"
            if trio.current_time() - began_s > STEADY_S:
                backoff.succeeded()
            await self._say(ScreenNews(trouble=trouble))
            await trio.sleep(backoff.next_s())

    async def _serve(self) -> None:
        # Half a second of imports: beside the loop, which starts the machine meanwhile.
        await trio.to_thread.run_sync(_load)
        from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge  # noqa: PLC0415

        settings = self._plan.settings
        arrangement = Arrangement(
            token=self._plan.token,
            pins=self._pins,
            port=self._port,
            origins=settings.origins,
            pages=FOLDERS,
            written=written_anew(),
            language=settings.language,
        )
        bridge = LocalBridge(self._view, self._control, arrangement, self._world)
        self._bridge = bridge
        refusal: AddressRefusedError | None = None
        async with trio.open_nursery() as nursery:
            try:
                self._port = await nursery.start(bridge.run)
            except AddressRefusedError as refused:
                refusal = refused  # raised outside, so that it comes in no group
            else:
                url = f"http://127.0.0.1:{self._port}/"
                await self._say(ScreenNews(url, str(self._plan.token_path)))
                if settings.compatibility_port:
                    nursery.start_soon(self._answer_as_predecessor)
        if refusal is not None:
            raise refusal

    async def _answer_as_predecessor(self) -> None:
        """Serve port 8003 while the screen is served; a port that is taken is only said."""
        from rvm_edge.bridges.port8003.machine_deposits import MachineDeposits  # noqa: PLC0415
        from rvm_edge.bridges.port8003.port import Port8003  # noqa: PLC0415

        port = Port8003(
            MachineDeposits(self._view, self._control),
            lambda: self._view.kiosk_url,
            origins=self._plan.settings.origins,
        )
        try:
            await port.run()
        except AddressRefusedError as refused:
            _LOG.warning("the predecessor's port is not served: %s", refused)

    async def _say(self, news: ScreenNews) -> None:
        """Tell what was not told last: a port that stays taken is no news."""
        said = f"{news.screen} {news.trouble}"
        if said != self._said:
            self._said = said
            await self._told(news)

    async def _live_by(self, site: Site) -> None:
        """Go by what was chosen for the site, from now on and not from the next start."""
        await trio.lowlevel.checkpoint()
        keep_time_of(site)
        keep_depth_of(site, self._daemon.machine.hardware)
        if site.language and self._bridge is not None:
            self._bridge.speak(site.language)

    def _note(self, step: Step) -> None:
        try:
            self._causes.take(step)
            self._pictures.take(step)
        except Exception:  # noqa: BLE001 - it costs the screen a word, and the machine nothing
            _LOG.exception("the screen cannot make sense of step %d", step.record.seq)


async def _again_and_again(work: Callable[[], Awaitable[None]], trouble: str) -> None:
    """Do what the screen can be without: it is begun anew a while after each end, for ever."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - people are served without it
            _LOG.exception("%s", trouble)
        await trio.sleep(RETRY_CAP_S)


def _load() -> None:
    import rvm_edge.bridges.local.bridge  # noqa: F401, PLC0415
