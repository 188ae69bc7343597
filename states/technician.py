"""What a technician at the machine's own screen may have done in maintenance.

Whoever orders here stands at the machine, so more is allowed than to the server: the lamp, the
scale, the door's bolt. What moves still wants the door shut and the maintenance ordered: another
one's hands may be inside.
"""

from __future__ import annotations

import trio

from drivers.ports import DriverError
from rvm_edge.orders import Action, Component, Motion, Order
from states.context import Ctx
from states.errands import ErrandError, read_sensor, trigger_actuator
from states.light import lit_chamber
from states.sensing import debounced
from states.watching import MAINTENANCE_FLAG

LAMP_TEST_S = 1.0

NOT_HERE = "only in maintenance that was ordered, with the door shut"


async def carry_out_locally(here: Ctx, order: Order) -> str:
    """Do what a technician ordered; return what came of it, in a few words.

    Raises:
        ErrandError: it was not done.
    """
    asked = (order.component, order.motion)
    try:
        if order.action is Action.READ_SENSOR:
            return await read_sensor(here, order.component)
        if order.action is Action.CAPTURE_IMAGE:
            return await _look_inside(here, order.order_id)
        if order.action is Action.TRIGGER_ACTUATOR:
            if asked == (Component.LIGHT, Motion.TRIGGER):
                return await _flash_lamp(here)
            if asked == (Component.SCALE, Motion.RESET):
                return await _zero_scale(here)
            if asked == (Component.DOOR, Motion.OPEN):
                return await _draw_bolt(here)
            return await move_in_maintenance(here, order)
    except DriverError as error:
        raise ErrandError(str(error)) from error
    raise ErrandError(f"{order.action.value} is not for the screen to order")


async def move_in_maintenance(here: Ctx, order: Order) -> str:
    """Move a part once; return what was done.

    Raises:
        ErrandError: it was not moved.
    """
    if not await here.machine.flags.is_set(MAINTENANCE_FLAG):
        # Somebody opened the door: hands may be inside, whatever the door's switch says now.
        raise ErrandError(NOT_HERE)
    return await trigger_actuator(here, order.component, order.motion)


async def _look_inside(here: Ctx, order_id: str) -> str:
    """Lay a picture of the chamber into the tray, under the order's identity."""
    async with lit_chamber(here):
        await trio.sleep(here.machine.policy.light_settle_s)
        frame = await here.machine.hardware.camera.take_picture()
    here.machine.tray.put(order_id, (frame,), None)
    return "a picture was taken"


async def _flash_lamp(here: Ctx) -> str:
    async with lit_chamber(here):
        await trio.sleep(LAMP_TEST_S)
    return "the lamp was switched on and off"


async def _zero_scale(here: Ctx) -> str:
    hardware, policy = here.machine.hardware, here.machine.policy
    if hardware.scale is None:
        raise ErrandError("no scale is fitted")
    if await debounced(hardware.chamber.is_occupied, policy):
        raise ErrandError("something lies in the chamber: take it out first")
    await hardware.scale.tare()
    return "the scale reads zero now"


async def _draw_bolt(here: Ctx) -> str:
    await here.machine.hardware.door.unlock()
    return "the service door's bolt is drawn"
