"""The local bridge, put together: it runs beside the machine and never stands in its way."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import trio

from rvm_edge.bridges.local.address import DEFAULT_PORT, listening_socket
from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.condition_parts import SelfTestNow
from rvm_edge.bridges.local.control import MachineControl
from rvm_edge.bridges.local.conversation import Conversation, House
from rvm_edge.bridges.local.desk import Desk
from rvm_edge.bridges.local.door import Door
from rvm_edge.bridges.local.fanout import Fanout
from rvm_edge.bridges.local.feed import Feed
from rvm_edge.bridges.local.figures import FrontDoorCounts, Gauges
from rvm_edge.bridges.local.http_connection import HttpServer
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.lookups import Loans, Lookups
from rvm_edge.bridges.local.pages import Exhibits, Pages
from rvm_edge.bridges.local.parts import (
    AnyPart,
    ItemNow,
    Language,
    LanguageNow,
    LinkNow,
    QueueNow,
    StateNow,
)
from rvm_edge.bridges.local.pictures import Glimpses, ItemPictures
from rvm_edge.bridges.local.places import MAINTENANCE, is_in
from rvm_edge.bridges.local.predecessor import Predecessor
from rvm_edge.bridges.local.present import Present
from rvm_edge.bridges.local.simulation import SimulatedWorld
from rvm_edge.bridges.local.static_files import OWN, load
from rvm_edge.bridges.local.technician import PinDesk
from rvm_edge.bridges.local.view import MachineView
from rvm_edge.bridges.local.websocket import WebSocket
from rvm_edge.identity import Secret


class Arrangement(msgspec.Struct, frozen=True):
    """How a bridge is set up.

    Attributes:
        token: this boot's; whoever shows it may steer the machine. Fresh at every start, and given
            to the kiosk alone.
        pins: checks the technician's PIN. One that outlives the bridge remembers wrong ones beyond
            its end. With none there are no technicians.
        host: ``127.0.0.1`` or ``::1``.
        port: 0 for any free one.
        origins: of other pages that may use the bridge, beside its own and the server's for this
            screen.
        pages: folders of files to serve, beside the bridge's own; a later one wins.
        written: files to serve that lie in no folder, by their path on the page; these win.
        language: shown until somebody chooses.
        limits: what is borne from the outside.
    """

    token: Secret
    pins: PinDesk = msgspec.field(default_factory=lambda: PinDesk(None, time.monotonic))
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    origins: tuple[str, ...] = ()
    pages: Sequence[Path] = ()
    written: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    language: Language = "id"
    limits: Limits = msgspec.field(default_factory=Limits)


class LocalBridge:
    """Shows the machine to the screen in front of it, and passes on what the screen asks."""

    def __init__(
        self,
        view: MachineView,
        control: MachineControl,
        arrangement: Arrangement,
        world: SimulatedWorld | None = None,
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            view: the machine as it is shown.
            control: what it may be made to do.
            arrangement: how the bridge is set up.
            world: around a simulated machine; None for a real one.

        Raises:
            OSError: a page's file cannot be read.
            ValueError: one is too large.
        """
        limits = arrangement.limits
        self._arrangement = arrangement
        self._view = view
        self._present = Present(view.configuration, view.user_name)
        self._present.look(LanguageNow(language=arrangement.language))
        self._fanout = Fanout(limits.remembered_events)
        self._feed = Feed(view, self._present, self._fanout, _now, on_change=self._notice)
        self._items = ItemPictures(view)
        self._glimpses = Glimpses(time.monotonic)
        self._loans = Loans(time.monotonic)
        self._desk = Desk(
            view,
            control,
            arrangement.pins,
            self._glimpses,
            lookups=Lookups(view.records, self._loans, view.doctor),
            choose=self._choose,
            tell=lambda test: self._feed.change(SelfTestNow.of(test)),
            patience_s=limits.request_s,
            self_test_s=limits.self_test_s,
            world=world,
        )
        self._counts = FrontDoorCounts()
        self._predecessor = Predecessor(lambda: self._present.snapshot, time.time)
        self._gauges = Gauges(
            view,
            self._fanout,
            self._counts,
            self._desk.answered,
            lambda: self._fanout.listeners + self._predecessor.pages,
        )
        self._files = load((OWN, *arrangement.pages), arrangement.written)
        self._house = House(
            self._fanout,
            self._present,
            self._desk,
            arrangement.token,
            arrangement.limits,
            simulated=world is not None,
        )

    async def run(self, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; started, with the port, once clients can come.

        On cancellation every client is told that the machine starts anew; none is waited for
        longer than `Limits.closing_s`.

        Raises:
            AddressRefusedError: it does not listen there.
        """
        arrangement, limits = self._arrangement, self._arrangement.limits
        with listening_socket(arrangement.host, arrangement.port, limits.socket_bytes) as listener:
            port = int(listener.getsockname()[1])
            admission = Admission(port, arrangement.origins)
            door = self._door(admission)
            async with trio.open_nursery() as nursery:
                with trio.CancelScope(shield=True):  # or nobody could ever end it
                    house = await nursery.start(_keep_house)
                try:
                    async with trio.open_nursery() as work:
                        work.start_soon(self._feed.follow_steps)
                        work.start_soon(self._feed.look_around, limits.sense_s)
                        work.start_soon(door.accept, listener, admission, house)
                        task_status.started(port)
                finally:
                    with trio.CancelScope(shield=True):
                        with trio.move_on_after(limits.closing_s):
                            await door.say_goodbye()
                        house.cancel_scope.cancel()

    def _door(self, admission: Admission) -> Door:
        exhibits = Exhibits(
            self._view,
            admission,
            self._files,
            self._items,
            self._glimpses,
            self._loans,
            self._gauges,
            lambda: self._present.snapshot,
        )
        return Door(
            self._arrangement.limits,
            self._counts,
            HttpServer(Pages(exhibits)),
            kiosk_url=lambda: self._view.kiosk_url,
            converse=self._converse,
            predecessor=self._predecessor.converse,
        )

    async def _converse(self, websocket: WebSocket) -> None:
        await Conversation(websocket, self._house).run()

    def speak(self, language: Language) -> None:
        """Change the language as if somebody had chosen it at the screen."""
        self._choose(language)

    def _choose(self, language: Language) -> None:
        self._feed.change(LanguageNow(language=language))

    def _notice(self, part: AnyPart) -> None:
        """Do what follows from a part's change."""
        if isinstance(part, ItemNow) and part.picture:
            self._items.allow(part.client_uuid)
        elif isinstance(part, StateNow) and not is_in(part.configuration, MAINTENANCE):
            self._glimpses.forget()
        elif isinstance(part, (LinkNow, QueueNow)):
            self._predecessor.tell_status()


async def _keep_house(
    *, task_status: trio.TaskStatus[trio.Nursery] = trio.TASK_STATUS_IGNORED
) -> None:
    """Hold the clients' tasks, out of reach of a cancellation that would let no goodbye be said."""
    with trio.CancelScope(shield=True):
        async with trio.open_nursery() as house:
            task_status.started(house)
            await trio.sleep_forever()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
