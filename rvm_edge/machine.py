"""The Machine: the typed bundle of ports and services that activities get.

Protocols and plain data only: no implementation is imported here, so that the chart can be read,
explored and tested without any hardware, model or network.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from drivers.ports import (
    BinLevel,
    Camera,
    DoorLock,
    Frame,
    Gate,
    Indicator,
    Light,
    PresenceSensor,
    Pulse,
    Scale,
    Sorter,
    Thermometer,
)
from rvm_edge.decision import Likeness
from rvm_edge.item import Item, Outcome, Session, SessionEnd, Verdict
from rvm_edge.orders import Action, Order, Refusal
from rvm_edge.settings import Policy


@dataclass(frozen=True)
class Hardware:
    """The ports, as `config/hardware_map.json` assigns them.

    Attributes:
        chamber: the barrier that sees whether an item lies in the chamber.
        slot: the barrier across the slot: a hand or an item is in the way of the gate.
        scale: None where no scale is fitted.
        thermometer: None where none is fitted.
    """

    camera: Camera
    gate: Gate
    sorter: Sorter
    light: Light
    indicator: Indicator
    chamber: PresenceSensor
    slot: PresenceSensor
    bin: BinLevel
    door: DoorLock
    pulse: Pulse
    scale: Scale | None = None
    thermometer: Thermometer | None = None


class EyesError(Exception):
    """The eyes gave no verdict: the worker died, hung, or refused the pictures."""


@dataclass(frozen=True)
class Circumstances:
    """What the eyes may know of an item beside its pictures and its weight.

    Attributes:
        dark: a picture of it with the lamp off; None if none was taken.
        earlier: how items looked that were credited although nobody confirmed their drop.
    """

    dark: Frame | None = None
    earlier: Sequence[Likeness] = ()


NOTHING_ELSE = Circumstances()


class Eyes(Protocol):
    """Decides whether an item is an empty PET bottle."""

    async def ready(self) -> None:
        """Return once a verdict can be given; wait for a model that is still loading.

        Raises:
            EyesError: it cannot be loaded.
        """
        ...

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        Raises:
            EyesError: there is no verdict. The item goes back.
        """
        ...

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG that is no longer than `most_bytes`, smaller where it must be.

        Raises:
            EyesError: it cannot be read, or nobody is there to do it.
        """
        ...


class Tray(Protocol):
    """Holds the pictures of the item in hand, from the camera to the eyes. Not durable."""

    def put(
        self,
        client_uuid: str,
        frames: Sequence[Frame],
        weight_g: float | None,
        dark: Frame | None = None,
    ) -> None:
        """Keep an item's pictures, in place of whatever was kept before.

        Args:
            client_uuid: of the item.
            frames: with the lamp on.
            weight_g: None where no scale is fitted.
            dark: with the lamp off; None if none was taken.
        """
        ...

    def dark(self, client_uuid: str) -> Frame | None:
        """Show an item's picture with the lamp off, if there is one."""
        ...

    def look(self, client_uuid: str) -> tuple[tuple[Frame, ...], float | None] | None:
        """Show an item's pictures and weight, or None if they are not here."""
        ...

    def take(self) -> tuple[str, tuple[Frame, ...]]:
        """Hand over for good what is kept: whose pictures, and the pictures; "" and none."""
        ...


class LedgerError(Exception):
    """The ledger did not record what it was asked to; nothing of it was written.

    Either the step is not allowed in the life of an item, or the disk did not take it. The message
    says which, and what to do.
    """


class DepositBook(Protocol):
    """The ledger as the chart uses it: every call is durable when it returns."""

    async def open_session(self, session: Session) -> None:
        """Record that a deposit started. Recording the same session again changes nothing."""
        ...

    async def close_session(self, session_id: str, why: SessionEnd) -> None:
        """Record why a deposit ended. The first reason stays."""
        ...

    async def session(self) -> Session | None:
        """Return the deposit that is open, if any."""
        ...

    async def insert(self, session_id: str) -> Item:
        """Record an item that was just seen, under a new `client_uuid`.

        Raises:
            LedgerError: another item is still unsettled, or the session is not open.
        """
        ...

    async def decide(self, client_uuid: str, verdict: Verdict) -> None:
        """Record the verdict.

        Raises:
            LedgerError: the item was decided already, or is unknown.
        """
        ...

    async def give_back(self, client_uuid: str) -> None:
        """Record, before the mechanism moves, that the item is being handed back.

        From here on it can never be credited, whatever the sensors say later: an item that was
        given back once must not earn anything. Recording it again changes nothing.
        """
        ...

    async def doubt(self, client_uuid: str, why: str) -> None:
        """Record that nobody knows where the item is."""
        ...

    async def settle(self, client_uuid: str, outcome: Outcome) -> None:
        """Record where the item ended. The same outcome again changes nothing.

        Raises:
            LedgerError: another outcome is recorded, or an item "dropped" that is undecided,
                refused, or already being given back.
        """
        ...

    async def item_in_hand(self) -> Item | None:
        """Return the one item that is not settled, if any."""
        ...

    async def unconfirmed(self) -> tuple[Likeness, ...]:
        """Return how the last items looked that were credited although nobody saw them drop."""
        ...


class Flags(Protocol):
    """Small durable facts that outlive a restart."""

    async def is_set(self, name: str) -> bool:
        """Say whether the flag stands."""
        ...

    async def put(self, name: str, value: bool) -> None:  # noqa: FBT001 - the value is the point
        """Set or clear the flag."""
        ...


class Standing(Enum):
    """How the machine stands with its server, as the last answer or silence tells."""

    OK = "ok"
    DEGRADED = "degraded"
    """The server knows the machine but nobody looks after it there; it serves all the same."""

    UNREACHABLE = "unreachable"
    """No answer, or none that can be believed: one of these alone proves little."""

    NO_ROUTE = "no_route"
    """There is no way to the server at all: no network, no route, no name."""

    UNAUTHORIZED = "unauthorized"
    BLOCKED = "blocked"


class Cloud(Protocol):
    """The server, as far as the chart needs it."""

    async def handshake(self) -> Standing:
        """Introduce the machine. Never raises for a dead network: that is an answer."""
        ...

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive and how full its bin is, if that is known.

        Orders in the answer go to `Orders`.
        """
        ...


class Channel(Protocol):
    """The server's WebSocket, where it has one."""

    async def listen(self, authorized: Callable[[Session], Awaitable[None]]) -> None:
        """Keep the socket while not cancelled; orders from it go to `Orders`.

        Returns only when the socket is lost and that counts as losing the server. Where the server
        has none this waits for ever.

        Args:
            authorized: called when the server says that a user stands at the machine.
        """
        ...


class Courier(Protocol):
    """Brings what waits in the ledger and the evidence to the server."""

    async def deliver(self) -> None:
        """Deliver while not cancelled: records in their order, and pictures."""
        ...

    def resting(self) -> AbstractContextManager[None]:
        """Let everything that can wait wait while inside: somebody is at the machine."""
        ...

    async def cap_reached(self) -> str:
        """Say in a few words why nothing more may be taken without the server; "" if it may.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...


class Evidence(Protocol):
    """The pictures of items that are kept for the server and for technicians."""

    async def keep(self, client_uuid: str, frames: Sequence[Frame]) -> None:
        """Keep an item's best picture. Never raises: no item waits for a picture's sake."""
        ...


class Orders(Protocol):
    """What the server ordered and is not done yet. Not durable: an order is worth ten minutes."""

    async def next(self, actions: frozenset[Action]) -> Order:
        """Hand over the oldest order to do one of `actions`, waiting for one."""
        ...

    async def next_refusal(self) -> Refusal:
        """Hand over the oldest refusal that is not in the journal yet, waiting for one."""
        ...


class Host(Protocol):
    """The computer that the machine runs on."""

    async def restart(self) -> None:
        """Start this program anew, as soon as that can be done in order."""
        ...

    async def reboot(self) -> None:
        """Start the computer anew, likewise."""
        ...


class Album(Protocol):
    """Pictures that the server asked for itself."""

    async def offer(self, frame: Frame) -> str:
        """Send one picture of the empty chamber; say in a few words what became of it."""
        ...


class ModelNews(Enum):
    """What became of a model."""

    FETCHED = "fetched"
    """It is here, whole, and waits for its trial."""

    TURNED_AWAY = "turned_away"
    IN_SERVICE = "in_service"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class ModelNote:
    """One thing that happened to a model, for the journal.

    Attributes:
        news: what.
        version: of its release, or "".
        sha256: of its file, in hex, or "" where nobody said.
        why: in a few words, or what it has shown.
    """

    news: ModelNews
    version: str
    sha256: str
    why: str


class ModelsError(Exception):
    """No model is looked for. The message says why, for a technician."""


class Models(Protocol):
    """The models that the eyes may look through, and where others come from."""

    async def look_for(self, order: Order) -> str:
        """Begin what an order to check or to download asks; say in a few words what was begun.

        Raises:
            ModelsError: nothing is begun.
        """
        ...

    async def renew(self) -> None:
        """Try models that came, and let those serve that pass, while not cancelled.

        Only while nobody is served: the trial takes computing time, and the eyes change with it.
        """
        ...

    async def next_note(self) -> ModelNote:
        """Hand over the oldest note that is not in the journal yet, waiting for one."""
        ...


class Credentials(Protocol):
    """Whether the machine knows who it is."""

    async def present(self) -> bool:
        """Say whether usable credentials are stored."""
        ...

    async def wait(self) -> None:
        """Return once usable credentials are stored."""
        ...


@dataclass(frozen=True)
class Machine:
    """Everything an activity may touch.

    Attributes:
        chance: a number in [0, 1) each time, for jitter; seeded in simulations.
    """

    hardware: Hardware
    eyes: Eyes
    tray: Tray
    book: DepositBook
    flags: Flags
    cloud: Cloud
    channel: Channel
    courier: Courier
    evidence: Evidence
    orders: Orders
    album: Album
    host: Host
    credentials: Credentials
    models: Models
    policy: Policy
    chance: Callable[[], float] = random.random
