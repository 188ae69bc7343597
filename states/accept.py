"""ACCEPT: the item goes into the bin, and is credited only when it has."""

from drivers.ports import DriverError
from rvm_edge.item import Outcome
from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import ItemDropped, ItemInDoubt
from states.in_hand import NothingInHandError, item_in_hand
from states.keeping import keep_picture
from states.mechanism import move_item
from states.slot_watch import SlotBlockedError, require_free_slot, watched_slot


async def drop_item(here: Ctx) -> None:
    """Move the item into the bin and record that it left the chamber.

    With a hand or a string in the slot nobody knows where it went: it is given back in the ledger
    before anything else, so that it can never be credited, and the sensors are asked.
    """
    book = here.machine.book
    item = await item_in_hand(here)
    if not item.accepted:
        raise NothingInHandError(f"item {item.client_uuid} is not accepted in the ledger")
    try:
        await require_free_slot(here)
        async with watched_slot(here):
            await move_item(here, here.machine.hardware.sorter.drop_item)
    except DriverError as error:
        if isinstance(error, SlotBlockedError):
            await book.give_back(item.client_uuid)
        await book.doubt(item.client_uuid, str(error))
        await here.post(ItemInDoubt(item.client_uuid, str(error)))
        return
    await book.settle(item.client_uuid, Outcome.DROPPED)
    await here.post(ItemDropped(item.client_uuid))


ACCEPT = MachineState(
    "accept",
    "The item is moved into the bin; it is credited once it has left the chamber.",
    activities=(drop_item, keep_picture),
    timeout=Timeout(20.0),
)
