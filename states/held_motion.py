"""What whoever sets the machine up may have moved, while a button is held."""

from __future__ import annotations

import trio

from drivers.ports import DriverError
from rvm_edge.orders import Order
from states.context import Ctx
from states.errands import STOPPED, ErrandError, trigger_actuator
from states.mechanism import require_shut_door
from states.sensing import debounced, wait_for_switch


async def move_at_set_up(here: Ctx, order: Order) -> str:
    """Move a part once, with door and slot free of hands.

    It is stopped when the door is opened, and when the machine is set up meanwhile: `clearing`
    brings it home.

    Raises:
        ErrandError: it was not moved, or not to where its button's finger wanted it.
    """
    try:
        if await debounced(here.machine.hardware.slot.is_occupied, here.machine.policy):
            raise ErrandError("something is in the slot: a hand may be")
        await require_shut_door(here)
    except DriverError as error:
        raise ErrandError(str(error)) from error
    if here.machine.orders.is_withdrawn(order):
        raise ErrandError("it was let go before it moved")
    door, result, refusal = _Door(), "", list[ErrandError]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(door.watch, here)
        try:
            result = await trigger_actuator(here, order.component, order.motion)
        except ErrandError as error:
            refusal.append(error)
        except trio.Cancelled:
            with here.cleanup():
                await _stop(here)
            raise
        nursery.cancel_scope.cancel()
    if refusal:
        raise refusal[0]
    if door.was_opened and result.endswith(STOPPED):
        raise ErrandError(f"the service door was opened: {STOPPED}")
    return result


class _Door:
    """The service door, which hands come through."""

    def __init__(self) -> None:
        self.was_opened = False

    async def watch(self, here: Ctx) -> None:
        """Stop what moves once the door is open."""
        hardware, policy = here.machine.hardware, here.machine.policy
        try:
            await wait_for_switch(
                hardware.door.is_open,
                policy,
                reading=True,
                every_s=policy.poll_s,
                changes=hardware.changes,
            )
        except DriverError:
            return  # it was shut when the movement began, and no more can be known
        self.was_opened = True
        await _stop(here)


async def _stop(here: Ctx) -> None:
    if here.machine.hardware.brake is None:
        return
    try:
        await here.machine.hardware.brake.stop()
    except DriverError:
        return  # it ends by itself, and `clearing` asks the same controller
