"""Everything that can happen to the machine, as the chart sees it.

Posted by activities and, from outside, by bridges. Fields are scalars: they go to the journal and
come back from it.
"""

from __future__ import annotations

from rvm_edge.statechart.definition import Event
from states.events.deposit import (
    CaptureFailed,
    ItemDropped,
    ItemInDoubt,
    ItemInserted,
    ItemReturned,
    PicturesTaken,
    VerdictGiven,
)
from states.events.intake import (
    BinFreed,
    BinFull,
    CapLifted,
    CapReached,
    MechanismClear,
    SessionFinished,
    SessionRequested,
)
from states.events.link import (
    CredentialsAwaited,
    CredentialsReady,
    HandshakeBlocked,
    HandshakeOk,
    HandshakeUnauthorized,
    HandshakeUnreachable,
    LinkLost,
    LinkUp,
)
from states.events.models import ModelNoted
from states.events.orders import (
    InspectionDone,
    OrderDone,
    OrderRefused,
    PictureOrdered,
    RestartOrdered,
)
from states.events.service import (
    DoorClosed,
    DoorOpened,
    FaultCleared,
    FaultRaised,
    MaintenanceEnter,
    MaintenanceExit,
)

__all__ = [
    "EVENTS",
    "BinFreed",
    "BinFull",
    "CapLifted",
    "CapReached",
    "CaptureFailed",
    "CredentialsAwaited",
    "CredentialsReady",
    "DoorClosed",
    "DoorOpened",
    "FaultCleared",
    "FaultRaised",
    "HandshakeBlocked",
    "HandshakeOk",
    "HandshakeUnauthorized",
    "HandshakeUnreachable",
    "InspectionDone",
    "ItemDropped",
    "ItemInDoubt",
    "ItemInserted",
    "ItemReturned",
    "LinkLost",
    "LinkUp",
    "MaintenanceEnter",
    "MaintenanceExit",
    "MechanismClear",
    "ModelNoted",
    "OrderDone",
    "OrderRefused",
    "PictureOrdered",
    "PicturesTaken",
    "RestartOrdered",
    "SessionFinished",
    "SessionRequested",
    "VerdictGiven",
]

EVENTS: tuple[type[Event], ...] = (
    CredentialsReady,
    CredentialsAwaited,
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
    ModelNoted,
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
