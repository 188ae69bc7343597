"""The machine's chart: how the states connect. This table is the program.

Every way out of a deposit leads through `clearing`, so that `idle` is never entered with something
in the chamber. What leaves `operational` is declared on `operational` alone, never inside one of
its regions: a transition that leaves from one region would tear the other apart.
"""

from __future__ import annotations

from rvm_edge.machine import Machine
from rvm_edge.statechart.definition import (
    Chart,
    Event,
    Guard,
    StatePath,
    Transition,
    error_in,
    timeout_of,
)
from states import events as ev
from states import paths as at
from states.fault import FAULT
from states.guards import (
    BIN_IS_FULL,
    IS_ACCEPTED,
    IS_OFFLINE,
    MACHINE_FAILED,
    MAY_START,
    NOBODY_IS_SERVED,
)
from states.handshake import HANDSHAKE
from states.maintenance import MAINTENANCE
from states.operational import OPERATIONAL
from states.out_of_service import OUT_OF_SERVICE
from states.provisioning import PROVISIONING
from states.restarting import RESTARTING


def _on(
    event: type[Event],
    source: StatePath,
    target: StatePath | None,
    why: str,
    guard: Guard | None = None,
) -> Transition:
    return Transition(event.name, source, target, guard=guard, doc=why)


def _failing(state: StatePath, target: StatePath, why: str, source: StatePath = "") -> Transition:
    return Transition(error_in(state), source or state, target, doc=why)


def _timing_out(
    state: StatePath, target: StatePath, why: str, source: StatePath = ""
) -> Transition:
    return Transition(timeout_of(state), source or state, target, doc=why)


def _broken_engine(source: StatePath, target: StatePath) -> tuple[Transition, Transition]:
    """Rows for a clean-up that hung and for a guard that raised, wherever it happens."""
    return (
        Transition(error_in("cleanup"), source, target, doc="a clean-up hung"),
        Transition(error_in("guard"), source, target, doc="a condition could not be decided"),
    )


START = (
    _on(ev.CredentialsReady, at.PROVISIONING, at.HANDSHAKE, "the machine knows who it is"),
    _failing(at.PROVISIONING, at.PROVISIONING, "try again"),
    _on(ev.HandshakeOk, at.HANDSHAKE, at.OPERATIONAL, "the server knows the machine"),
    _on(ev.HandshakeUnreachable, at.HANDSHAKE, at.OPERATIONAL, "guests need no server"),
    _timing_out(at.HANDSHAKE, at.OPERATIONAL, "guests need no server"),
    _failing(at.HANDSHAKE, at.OPERATIONAL, "guests need no server"),
    _on(ev.HandshakeUnauthorized, at.HANDSHAKE, at.UNAUTHORIZED, "the key is refused"),
    _on(ev.HandshakeBlocked, at.HANDSHAKE, at.BLOCKED, "the operator blocked the machine"),
)

LEAVING_SERVICE = (
    _on(ev.DoorOpened, at.OPERATIONAL, at.MAINTENANCE, "hands may be inside"),
    _on(ev.MaintenanceEnter, at.OPERATIONAL, at.MAINTENANCE, "ordered"),
    _on(ev.FaultRaised, at.OPERATIONAL, at.FAULT, "a vital part failed"),
    _on(
        ev.HandshakeUnauthorized,
        at.OPERATIONAL,
        at.UNAUTHORIZED,
        "the key is refused; a deposit is finished first",
        NOBODY_IS_SERVED,
    ),
    _on(
        ev.HandshakeBlocked,
        at.OPERATIONAL,
        at.BLOCKED,
        "the operator blocked the machine; a deposit is finished first",
        NOBODY_IS_SERVED,
    ),
    _on(
        ev.RestartOrdered,
        at.OPERATIONAL,
        at.RESTARTING,
        "ordered; never with an item in hand",
        NOBODY_IS_SERVED,
    ),
    _failing(at.OPERATIONAL, at.FAULT, "a watch broke down"),
    _failing(at.CLEARING, at.FAULT, "the mechanism does not come to rest", at.OPERATIONAL),
    _timing_out(at.CLEARING, at.FAULT, "the mechanism does not come to rest", at.OPERATIONAL),
)

LINK = (
    _on(ev.LinkUp, at.OFFLINE_GUEST, at.ONLINE, "earned by a handshake"),
    _on(ev.LinkLost, at.ONLINE, at.OFFLINE_GUEST, "heartbeats went unanswered"),
    _failing(at.OFFLINE_GUEST, at.OFFLINE_GUEST, "try again, later each time"),
    _failing(at.ONLINE, at.OFFLINE_GUEST, "the link has to be earned again"),
)

INTAKE = (
    _on(ev.MechanismClear, at.CLEARING, at.FULL, "no room for another item", BIN_IS_FULL),
    _on(ev.MechanismClear, at.CLEARING, at.IDLE, "ready for the next person"),
    _on(ev.SessionRequested, at.IDLE, at.DEPOSIT, "mode and owner are latched", MAY_START),
    _on(ev.BinFull, at.IDLE, at.FULL, "no room for another item"),
    _failing(at.IDLE, at.CLEARING, "start over from a known state"),
    _on(ev.BinFreed, at.FULL, at.IDLE, "the bin was emptied"),
    _failing(at.FULL, at.CLEARING, "start over from a known state"),
    _on(ev.CapReached, at.IDLE, at.CAPPED, "guests' items wait up to a limit", IS_OFFLINE),
    _on(ev.CapLifted, at.CAPPED, at.IDLE, "there is room for more"),
    _on(ev.LinkUp, at.CAPPED, at.IDLE, "what waits can be delivered"),
    _failing(at.CAPPED, at.CLEARING, "start over from a known state"),
    _on(ev.PictureOrdered, at.IDLE, at.INSPECTION, "the chamber is empty"),
    _on(ev.InspectionDone, at.INSPECTION, at.IDLE, "the chamber is dark again"),
    _timing_out(at.INSPECTION, at.CLEARING, "start over from a known state"),
    _failing(at.INSPECTION, at.CLEARING, "start over from a known state"),
)

DEPOSIT = (
    _on(ev.ItemInserted, at.WAITING, at.CAPTURE, "the gate is closed behind the item"),
    _on(ev.SessionFinished, at.WAITING, at.CLEARING, "the person has no more items"),
    _timing_out(at.WAITING, at.CLEARING, "nobody puts anything in"),
    _on(ev.BinFull, at.WAITING, at.CLEARING, "no room for another item"),
    _failing(at.WAITING, at.CLEARING, "start over from a known state"),
    _failing(at.DEPOSIT, at.CLEARING, "start over from a known state"),
    _on(ev.PicturesTaken, at.CAPTURE, at.CLASSIFY, "the pictures are there"),
    _on(ev.CaptureFailed, at.CAPTURE, at.REJECT, "no picture, no verdict"),
    _timing_out(at.CAPTURE, at.REJECT, "no picture in time"),
    _failing(at.CAPTURE, at.REJECT, "no picture, no verdict"),
    _on(ev.VerdictGiven, at.CLASSIFY, at.ACCEPT, "an empty PET bottle", IS_ACCEPTED),
    _on(ev.VerdictGiven, at.CLASSIFY, at.REJECT, "anything else goes back"),
    _timing_out(at.CLASSIFY, at.REJECT, "no verdict in time"),
    _failing(at.CLASSIFY, at.REJECT, "no verdict"),
    _on(ev.ItemDropped, at.ACCEPT, at.WAITING, "the next item, please"),
    _on(ev.ItemInDoubt, at.ACCEPT, at.CLEARING, "ask the sensors"),
    _timing_out(at.ACCEPT, at.CLEARING, "ask the sensors"),
    _failing(at.ACCEPT, at.CLEARING, "ask the sensors"),
    _on(ev.ItemReturned, at.REJECT, at.CLEARING, "check the machine first", MACHINE_FAILED),
    _on(ev.ItemReturned, at.REJECT, at.WAITING, "the next item, please"),
    _on(ev.ItemInDoubt, at.REJECT, at.CLEARING, "ask the sensors"),
    _timing_out(at.REJECT, at.CLEARING, "ask the sensors"),
    _failing(at.REJECT, at.CLEARING, "ask the sensors"),
)

COMING_BACK = (
    _on(ev.HandshakeOk, at.OUT_OF_SERVICE, at.OPERATIONAL, "the server takes the machine back"),
    _on(ev.CredentialsReady, at.OUT_OF_SERVICE, at.HANDSHAKE, "new credentials"),
    _on(ev.HandshakeBlocked, at.UNAUTHORIZED, at.BLOCKED, "another refusal"),
    _on(ev.HandshakeUnauthorized, at.BLOCKED, at.UNAUTHORIZED, "another refusal"),
    _on(ev.DoorOpened, at.OUT_OF_SERVICE, at.MAINTENANCE, "hands may be inside"),
    _on(ev.MaintenanceEnter, at.OUT_OF_SERVICE, at.MAINTENANCE, "ordered"),
    _failing(at.OUT_OF_SERVICE, at.OUT_OF_SERVICE, "try again, later each time"),
    _failing(at.UNAUTHORIZED, at.UNAUTHORIZED, "try again, later each time"),
    _failing(at.BLOCKED, at.BLOCKED, "try again, later each time"),
    _on(ev.DoorClosed, at.MAINTENANCE, at.OPERATIONAL, "nobody ordered it to stay"),
    _on(ev.MaintenanceExit, at.MAINTENANCE, at.OPERATIONAL, "given back"),
    _on(ev.CredentialsAwaited, at.MAINTENANCE, at.PROVISIONING, "other credentials are brought"),
    _on(ev.MaintenanceEnter, at.MAINTENANCE, at.MAINTENANCE, "ordered while the door is open"),
    _failing(at.MAINTENANCE, at.MAINTENANCE, "try again, later each time"),
    _on(ev.FaultCleared, at.FAULT, at.OPERATIONAL, "the failed part answers again"),
    _on(ev.DoorOpened, at.FAULT, at.MAINTENANCE, "hands may be inside"),
    _on(ev.MaintenanceEnter, at.FAULT, at.MAINTENANCE, "ordered"),
    _failing(at.FAULT, at.FAULT, "try again, later each time"),
    _on(ev.RestartOrdered, at.MAINTENANCE, at.RESTARTING, "ordered"),
    _on(ev.RestartOrdered, at.FAULT, at.RESTARTING, "ordered"),
    _timing_out(at.RESTARTING, at.OPERATIONAL, "nothing came of it"),
    _failing(at.RESTARTING, at.OPERATIONAL, "nothing came of it"),
)

ORDERS = (
    *(
        _on(event, state, None, "for the journal")
        for state in (at.OPERATIONAL, at.MAINTENANCE, at.FAULT, at.PROVISIONING)
        for event in (ev.OrderDone, ev.OrderRefused)
    ),
    _on(ev.OrderRefused, at.OUT_OF_SERVICE, None, "for the journal"),
    *(
        _on(ev.ModelNoted, state, None, "for the journal")
        for state in (at.OPERATIONAL, at.MAINTENANCE, at.FAULT)
    ),
)

ENGINE = (
    *_broken_engine(at.PROVISIONING, at.PROVISIONING),
    *_broken_engine(at.HANDSHAKE, at.OPERATIONAL),
    *_broken_engine(at.OPERATIONAL, at.FAULT),
    *_broken_engine(at.OUT_OF_SERVICE, at.OUT_OF_SERVICE),
    *_broken_engine(at.MAINTENANCE, at.MAINTENANCE),
    *_broken_engine(at.FAULT, at.FAULT),
    *_broken_engine(at.RESTARTING, at.OPERATIONAL),
)

CHART: Chart[Machine] = Chart(
    name="rvm",
    states=(PROVISIONING, HANDSHAKE, OPERATIONAL, OUT_OF_SERVICE, MAINTENANCE, FAULT, RESTARTING),
    initial="provisioning",
    events=ev.EVENTS,
    transitions=(
        *START,
        *LEAVING_SERVICE,
        *LINK,
        *INTAKE,
        *DEPOSIT,
        *COMING_BACK,
        *ORDERS,
        *ENGINE,
    ),
)
