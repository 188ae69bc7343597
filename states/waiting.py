"""WAITING: the gate is open, the person puts in an item or ends the deposit."""

from drivers.ports import Signal
from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import BinFull, ItemDropped, ItemInserted, ItemReturned
from states.gate import close_patiently, open_gate
from states.in_hand import session_in_hand
from states.sensing import bin_level_pct, is_full, wait_until, zero_scale


async def await_item(here: Ctx) -> None:
    """Open the gate, record the item that comes, close the gate behind it."""
    hardware, policy = here.machine.hardware, here.machine.policy
    session = await session_in_hand(here)
    level_pct = await bin_level_pct(hardware)
    if level_pct is not None and is_full(level_pct, policy):
        await here.post(BinFull(level_pct))
        return
    await zero_scale(hardware)
    async with open_gate(here):
        await wait_until(hardware.chamber, policy, occupied=True, changes=hardware.changes)
        item = await here.machine.book.insert(session.session_id)
        await close_patiently(hardware.gate, policy)
    await here.post(ItemInserted(item.client_uuid))


async def show_result(here: Ctx) -> None:
    """Tell the person how the last item went, then that the machine is ready for the next."""
    show = here.machine.hardware.indicator.show
    if isinstance(here.event, ItemDropped):
        await show(Signal.SUCCESS)
    elif isinstance(here.event, ItemReturned):
        await show(Signal.REJECTED)
    await show(Signal.IDLE)


WAITING = MachineState(
    "waiting",
    "The gate is open for the next item of this deposit.",
    activities=(await_item, show_result),
    timeout=Timeout(60.0),
)
