"""REJECT: the item is handed back, and can never be credited from then on."""

from __future__ import annotations

from drivers.ports import DriverError
from rvm_edge.item import ItemState, Outcome, Reason, Verdict
from rvm_edge.statechart.definition import Event, Timeout
from states import paths
from states.context import Ctx, MachineState
from states.events import ItemInDoubt, ItemReturned, VerdictGiven
from states.in_hand import item_in_hand
from states.keeping import keep_picture
from states.mechanism import move_item

MACHINE_FAILED = frozenset(
    {
        Reason.NO_PICTURE,
        Reason.CAMERA_BLIND,
        Reason.CAMERA_FROZEN,
        Reason.EYES_UNAVAILABLE,
        Reason.TOO_LATE,
    }
)
"""Reasons that lie with the machine: the deposit ends and the mechanism is checked."""


async def hand_back(here: Ctx) -> None:
    """Record why and that the item goes back, move it, and record that it went."""
    book = here.machine.book
    item = await item_in_hand(here)
    reason = reason_in(here.event)
    if item.state is ItemState.INSERTED:
        await book.decide(item.client_uuid, Verdict(accepted=False, reason=reason))
    await book.give_back(item.client_uuid)
    hardware = here.machine.hardware
    try:
        if not isinstance(here.event, VerdictGiven):
            await hardware.light.off()  # capture failed, perhaps over this
        await move_item(here, hardware.sorter.return_item)
    except DriverError as error:
        await book.doubt(item.client_uuid, str(error))
        await here.post(ItemInDoubt(item.client_uuid, str(error)))
        return
    await book.settle(item.client_uuid, Outcome.RETURNED)
    failed = reason in MACHINE_FAILED
    await here.post(ItemReturned(item.client_uuid, reason.value, machine_failed=failed))


def reason_in(event: Event | None) -> Reason:
    """Read the refusal's reason from the event that led here."""
    if isinstance(event, VerdictGiven):
        return Reason(event.reason)
    title = "" if event is None else event.title
    if title == f"timeout.{paths.CLASSIFY}":
        return Reason.TOO_LATE
    if title == f"error.{paths.CLASSIFY}":
        return Reason.EYES_UNAVAILABLE
    return Reason.NO_PICTURE


REJECT = MachineState(
    "reject",
    "The item is handed back to the person, who is told why.",
    activities=(hand_back, keep_picture),
    timeout=Timeout(20.0),
)
