"""CLEARING: where every boot, every deposit's end and every recovery enters the intake.

It brings the mechanism to rest, finds out what became of an item that was in hand, and only then
lets the machine be idle: so idle never has anything in the chamber.
"""

from __future__ import annotations

from drivers.ports import Signal
from rvm_edge.item import Item, ItemState, Outcome, SessionEnd
from rvm_edge.statechart.definition import Event, Timeout
from states import paths
from states.context import Ctx, MachineState
from states.events import (
    BinFull,
    DoorClosed,
    MaintenanceExit,
    MechanismClear,
    SessionFinished,
)
from states.eyesight import require_sight
from states.gate import close_patiently
from states.mechanism import move_item, require_shut_door
from states.sensing import bin_level_pct, chamber_occupied, debounced, is_full, zero_scale


async def clear_mechanism(here: Ctx) -> None:
    """Home everything, settle what was in hand, prove that eyes and camera work."""
    hardware, policy = here.machine.hardware, here.machine.policy
    await hardware.indicator.show(Signal.PROCESSING)
    await hardware.light.off()
    await close_patiently(hardware.gate, policy)
    await require_shut_door(here)
    await hardware.slot.is_occupied()  # without it no item could be credited
    await hardware.sorter.home()
    await zero_scale_after_maintenance(here)
    await settle_what_was_in_hand(here)
    await close_session(here)
    await require_sight(here)
    await here.machine.eyes.ready()
    level_pct = await bin_level_pct(hardware)
    await here.post(MechanismClear(bin_full=is_full(level_pct, policy)))


async def zero_scale_after_maintenance(here: Ctx) -> None:
    """Take the scale's reading for zero if a technician left the chamber free.

    A scale that is off since it was last zeroed contradicts the barrier for ever, and only a
    technician can say that it is the scale that lies.
    """
    hardware = here.machine.hardware
    if hardware.scale is None or not isinstance(here.event, (DoorClosed, MaintenanceExit)):
        return
    if not await debounced(hardware.chamber.is_occupied, here.machine.policy):
        await zero_scale(hardware)


async def settle_what_was_in_hand(here: Ctx) -> None:
    """Ask the sensors what became of the item, and hand back whatever lies in the chamber.

    An empty chamber means that the mechanism did what it was last told: the gate was closed all
    the time. An item found there is handed back, and from that moment can never be credited.

    Raises:
        DriverError: the chamber does not clear.
        ReadingError: the sensors contradict each other; the item stays in doubt.
    """
    hardware, policy, book = here.machine.hardware, here.machine.policy, here.machine.book
    item = await book.item_in_hand()
    if item is not None and item.state is not ItemState.IN_DOUBT:
        await book.doubt(item.client_uuid, f"interrupted while {item.state.value}")
    if not await chamber_occupied(hardware, policy):
        if item is not None:
            await book.settle(item.client_uuid, what_happened_to(item))
        return
    if item is not None:
        await book.give_back(item.client_uuid)
    await move_item(here, hardware.sorter.return_item)
    if item is not None:
        await book.settle(item.client_uuid, Outcome.RETURNED)


def what_happened_to(item: Item) -> Outcome:
    """Say where an item must be that is no longer in the chamber behind a closed gate."""
    if item.accepted and not item.given_back:
        return Outcome.DROPPED
    return Outcome.RETURNED


async def close_session(here: Ctx) -> None:
    """Close the session that led here, if one is open."""
    with here.cleanup():
        session = await here.machine.book.session()
        if session is not None:
            await here.machine.book.close_session(session.session_id, why_ended(here.event))


def why_ended(event: Event | None) -> SessionEnd:
    """Read from the event that led here why the deposit ended."""
    if isinstance(event, SessionFinished):
        return SessionEnd.FINISHED
    if isinstance(event, BinFull):
        return SessionEnd.BIN_FULL
    if event is not None and event.title == f"timeout.{paths.WAITING}":
        return SessionEnd.TIMED_OUT
    return SessionEnd.INTERRUPTED


CLEARING = MachineState(
    "clearing",
    "The mechanism comes to rest; an item that was in hand is settled or handed back.",
    activities=(clear_mechanism,),
    timeout=Timeout(90.0),
)
