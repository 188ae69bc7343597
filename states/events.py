"""Everything that can happen to the machine, as the chart sees it.

Posted by activities and, from outside, by bridges. Fields are scalars: they go to the journal and
come back from it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from rvm_edge.item import SessionMode
from rvm_edge.statechart.definition import Event


@dataclass(frozen=True)
class CredentialsReady(Event):
    """The machine knows who it is."""

    name: ClassVar[str] = "credentials.ready"


@dataclass(frozen=True)
class HandshakeOk(Event):
    """The server knows this machine."""

    name: ClassVar[str] = "handshake.ok"


@dataclass(frozen=True)
class HandshakeUnreachable(Event):
    """The server did not answer: guests can be served all the same."""

    name: ClassVar[str] = "handshake.unreachable"


@dataclass(frozen=True)
class HandshakeUnauthorized(Event):
    """The server does not accept the machine's key."""

    name: ClassVar[str] = "handshake.unauthorized"


@dataclass(frozen=True)
class HandshakeBlocked(Event):
    """The operator has blocked this machine."""

    name: ClassVar[str] = "handshake.blocked"


@dataclass(frozen=True)
class LinkUp(Event):
    """A handshake succeeded while guests were served offline."""

    name: ClassVar[str] = "link.up"


@dataclass(frozen=True)
class LinkLost(Event):
    """Several heartbeats in a row went unanswered."""

    name: ClassVar[str] = "link.lost"


@dataclass(frozen=True)
class MechanismClear(Event):
    """The mechanism is at rest, the chamber empty, and no item is in doubt."""

    bin_full: bool

    name: ClassVar[str] = "mechanism.clear"


@dataclass(frozen=True)
class BinFull(Event):
    """The bin has no room for another item."""

    level_pct: float

    name: ClassVar[str] = "bin.full"


@dataclass(frozen=True)
class BinFreed(Event):
    """The bin was emptied."""

    level_pct: float

    name: ClassVar[str] = "bin.freed"


@dataclass(frozen=True)
class CapReached(Event):
    """So much waits for a server that is not reached that nothing more may be taken.

    Attributes:
        why: which limit, in words for a technician.
    """

    why: str

    name: ClassVar[str] = "cap.reached"


@dataclass(frozen=True)
class CapLifted(Event):
    """There is room for more again."""

    name: ClassVar[str] = "cap.lifted"


@dataclass(frozen=True)
class PictureOrdered(Event):
    """The server asked for a picture of the chamber.

    Attributes:
        order_id: the order's identity.
    """

    order_id: str

    name: ClassVar[str] = "picture.ordered"


@dataclass(frozen=True)
class InspectionDone(Event):
    """The chamber was looked at, and is dark again.

    Attributes:
        order_id: the order's identity.
        result: what became of the picture, in a few words.
    """

    order_id: str
    result: str

    name: ClassVar[str] = "inspection.done"


@dataclass(frozen=True)
class RestartOrdered(Event):
    """The server asked the machine to start anew.

    Attributes:
        order_id: the order's identity.
        reboot: the whole computer, not only this program.
    """

    order_id: str
    reboot: bool

    name: ClassVar[str] = "restart.ordered"


@dataclass(frozen=True)
class OrderDone(Event):
    """An order of the server was carried out. It changes no state; the journal keeps it.

    Attributes:
        order_id: its identity.
        action: what was ordered.
        result: in a few words.
    """

    order_id: str
    action: str
    result: str

    name: ClassVar[str] = "order.done"


@dataclass(frozen=True)
class OrderRefused(Event):
    """An order of the server was not carried out. It changes no state; the journal keeps it.

    Attributes:
        order_id: its identity, as far as one can be made out.
        action: the word that the server used.
        why: in words for a technician.
    """

    order_id: str
    action: str
    why: str

    name: ClassVar[str] = "order.refused"


@dataclass(frozen=True)
class SessionRequested(Event):
    """Somebody wants to deposit: a guest by a touch, a user by the server's word.

    Attributes:
        session_id: a fresh UUID in canonical text.
        mode: ``guest`` or ``user``.
        owner: the user's id at the server; empty for a guest.
    """

    session_id: str
    mode: str
    owner: str = ""

    name: ClassVar[str] = "session.requested"

    def __post_init__(self) -> None:
        """Refuse a session that could not be written to the ledger.

        Raises:
            ValueError: the id is no canonical UUID, the mode is unknown, or a user has no id.
        """
        if str(uuid.UUID(self.session_id)) != self.session_id:
            raise ValueError(f"session_id {self.session_id!r} is not a canonical UUID")
        if bool(self.owner) != (SessionMode(self.mode) is SessionMode.USER):
            raise ValueError("a user's session names its owner, a guest's does not")


@dataclass(frozen=True)
class SessionFinished(Event):
    """The person has no more items."""

    name: ClassVar[str] = "session.finished"


@dataclass(frozen=True)
class ItemInserted(Event):
    """An item lies behind the closed gate, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.inserted"


@dataclass(frozen=True)
class PicturesTaken(Event):
    """The item's pictures wait for the eyes."""

    client_uuid: str
    frames: int

    name: ClassVar[str] = "pictures.taken"


@dataclass(frozen=True)
class CaptureFailed(Event):
    """There is no usable picture of the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "capture.failed"


@dataclass(frozen=True)
class VerdictGiven(Event):
    """The eyes decided, and the ledger has it."""

    client_uuid: str
    accepted: bool
    reason: str

    name: ClassVar[str] = "verdict"


@dataclass(frozen=True)
class ItemDropped(Event):
    """The item is in the bin, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.dropped"


@dataclass(frozen=True)
class ItemReturned(Event):
    """The item was handed back, and the ledger has it.

    Attributes:
        client_uuid: which item.
        reason: the verdict's reason.
        machine_failed: it went back because of the machine, not because of the item.
    """

    client_uuid: str
    reason: str
    machine_failed: bool

    name: ClassVar[str] = "item.returned"


@dataclass(frozen=True)
class ItemInDoubt(Event):
    """The mechanism did not say what it did with the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "item.in_doubt"


@dataclass(frozen=True)
class DoorOpened(Event):
    """The service door stands open."""

    name: ClassVar[str] = "door.opened"


@dataclass(frozen=True)
class DoorClosed(Event):
    """The service door is shut again, and nobody asked for maintenance."""

    name: ClassVar[str] = "door.closed"


@dataclass(frozen=True)
class MaintenanceEnter(Event):
    """A technician or the operator takes the machine out of use."""

    name: ClassVar[str] = "maintenance.enter"


@dataclass(frozen=True)
class MaintenanceExit(Event):
    """A technician or the operator gives the machine back to the public."""

    name: ClassVar[str] = "maintenance.exit"


@dataclass(frozen=True)
class FaultRaised(Event):
    """A part that the machine cannot work without has failed.

    Attributes:
        part: which one.
        why: in words for a technician.
    """

    part: str
    why: str

    name: ClassVar[str] = "fault.raised"


@dataclass(frozen=True)
class FaultCleared(Event):
    """The failed part answers again."""

    name: ClassVar[str] = "fault.cleared"


EVENTS: tuple[type[Event], ...] = (
    CredentialsReady,
    HandshakeOk,
    HandshakeUnreachable,
    HandshakeUnauthorized,
    HandshakeBlocked,
    LinkUp,
    LinkLost,
    MechanismClear,
    BinFull,
    BinFreed,
    CapReached,
    CapLifted,
    PictureOrdered,
    InspectionDone,
    RestartOrdered,
    OrderDone,
    OrderRefused,
    SessionRequested,
    SessionFinished,
    ItemInserted,
    PicturesTaken,
    CaptureFailed,
    VerdictGiven,
    ItemDropped,
    ItemReturned,
    ItemInDoubt,
    DoorOpened,
    DoorClosed,
    MaintenanceEnter,
    MaintenanceExit,
    FaultRaised,
    FaultCleared,
)
