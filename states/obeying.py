"""Orders: which are carried out where, and that each leaves its mark in the journal.

An order waits until a state takes it that may carry it out; what such a state begins it finishes
or gives up when it is left, like any activity. No order is taken while an item is in hand.

What a technician orders at the machine's own screen comes the same way, and is carried out in
maintenance alone; there, and in fault, sensors are read for one.
"""

from __future__ import annotations

from collections.abc import Awaitable

import trio

from rvm_edge.orders import LOCAL_ONLY, Action, Order
from states import paths
from states.context import Ctx
from states.errands import ErrandError, read_sensor
from states.events import (
    CredentialsAwaited,
    MaintenanceEnter,
    MaintenanceExit,
    OrderDone,
    OrderRefused,
    PictureOrdered,
    RestartOrdered,
)
from states.held_motion import move_at_set_up
from states.renewing import look_for_model
from states.setting_up_anew import end_maintenance, forget_who_it_is
from states.technician import NOT_HERE, carry_out_locally, move_in_maintenance

AT_REST = frozenset(Action) - {Action.CAPTURE_IMAGE}
"""Taken while nobody is served; what only maintenance may do is refused at once, not kept for it:
a motor must not start ten minutes later under a technician's hands."""

IDLE_ONLY = frozenset({Action.CAPTURE_IMAGE})
"""Taken in `idle` alone, where the chamber is known to be empty."""

OUT_OF_USE = frozenset(Action)
"""Taken in `maintenance` and `fault`: nothing waits there for better days."""

OBEYED_IN: dict[str, frozenset[Action]] = {
    paths.IDLE: AT_REST | IDLE_ONLY,
    paths.FULL: AT_REST,
    paths.CAPPED: AT_REST,
    paths.MAINTENANCE: OUT_OF_USE,
    paths.FAULT: OUT_OF_USE,
}
"""By state: the orders that are taken there. Everywhere else they wait, and expire."""

MOVES = frozenset({Action.TRIGGER_ACTUATOR})
"""Taken in `provisioning`, and carried out there for a technician alone."""

MOVES_IN = frozenset({paths.MAINTENANCE})
"""Where `Action.TRIGGER_ACTUATOR` is carried out; wherever else it is taken, it is refused."""

PICTURES_IN = frozenset({paths.IDLE})
"""Where `Action.CAPTURE_IMAGE` is carried out; likewise."""

SET_UP_ANEW_IN = frozenset({paths.MAINTENANCE})
"""Where `LOCAL_ONLY` is carried out; likewise."""

_ONLY_IN = {
    Action.TRIGGER_ACTUATOR: MOVES_IN,
    Action.CAPTURE_IMAGE: PICTURES_IN,
    Action.SET_UP_ANEW: SET_UP_ANEW_IN,
    Action.CHANGE_CREDENTIALS: SET_UP_ANEW_IN,
}

CARRIED_OUT_IN: dict[Action, tuple[str, ...]] = {
    action: tuple(
        state
        for state, taken in OBEYED_IN.items()
        if action in taken and state in _ONLY_IN.get(action, OBEYED_IN)
    )
    for action in Action
}
"""By order: the states that carry it out; whatever else takes it refuses it."""

LEFT_ALREADY = "the machine is not in maintenance"
STAYS_DARK = "only in idle: the lamp stays off"
WAITS_FOR_OTHERS = "waits for other credentials, and stays who it is until they are stored"
NOT_BY_THE_SERVER = "only at the machine's own screen"


async def obey_at_rest(here: Ctx) -> None:
    """Carry out orders while nobody is served and no picture may be taken."""
    await _obey(here, AT_REST)


async def obey_in_idle(here: Ctx) -> None:
    """Carry out orders while nobody is served and the chamber is empty."""
    await _obey(here, AT_REST | IDLE_ONLY)


async def obey_in_fault(here: Ctx) -> None:
    """Carry out the orders that may help a machine at fault."""
    await _obey(here, OUT_OF_USE, may_look=False)


async def obey_in_maintenance(here: Ctx) -> None:
    """Carry out orders while a technician or the operator has taken the machine out of use."""
    while True:
        order = await here.machine.orders.next(OUT_OF_USE)
        if order.local and order.action is Action.SET_UP_ANEW:
            await _set_up_anew(here, order)
        elif order.local and order.action is Action.CHANGE_CREDENTIALS:
            await end_maintenance(here)
            await _done(here, order, WAITS_FOR_OTHERS)
            await here.post(CredentialsAwaited(order.order_id))
        elif order.local:
            await _report(here, order, carry_out_locally(here, order))
        elif order.action is Action.EXIT_MAINTENANCE:
            await _done(here, order, "given back")
            await here.post(MaintenanceExit())
        elif order.action is Action.TRIGGER_ACTUATOR:
            await _report(here, order, move_in_maintenance(here, order))
        elif order.action is Action.CAPTURE_IMAGE:
            await _refuse(here, order, STAYS_DARK)
        else:
            await _carry_out(here, order)


async def obey_at_set_up(here: Ctx) -> None:
    """Move parts for whoever sets the machine up; it has no server yet that could order it."""
    while True:
        order = await here.machine.orders.next(MOVES)
        if order.local:
            await _report(here, order, move_at_set_up(here, order))
        else:
            await _refuse(here, order, NOT_HERE)


async def note_refusals(here: Ctx) -> None:
    """Put every refusal into the journal."""
    while True:
        refusal = await here.machine.orders.next_refusal()
        await here.post(OrderRefused(refusal.order_id, refusal.action, refusal.why))


async def _obey(here: Ctx, actions: frozenset[Action], *, may_look: bool = True) -> None:
    while True:
        order = await here.machine.orders.next(actions)
        if order.local and order.action is not Action.READ_SENSOR:
            await _refuse(here, order, LEFT_ALREADY)
        elif order.action is Action.EXIT_MAINTENANCE:
            await _done(here, order, "was not in maintenance")
        elif order.action is Action.TRIGGER_ACTUATOR:
            await _refuse(here, order, NOT_HERE)
        elif order.action is Action.CAPTURE_IMAGE and may_look:
            await here.post(PictureOrdered(order.order_id))
        elif order.action is Action.CAPTURE_IMAGE:
            await _refuse(here, order, STAYS_DARK)
        else:
            await _carry_out(here, order)


async def _carry_out(here: Ctx, order: Order) -> None:
    """Do what may be done in all these states alike."""
    action = order.action
    if action in (Action.RESTART, Action.REBOOT):
        await here.post(RestartOrdered(order.order_id, reboot=action is Action.REBOOT))
    elif action is Action.MAINTENANCE:
        await _done(here, order, "taken out of use")
        await here.post(MaintenanceEnter())
    elif action is Action.READ_SENSOR:
        await _report(here, order, read_sensor(here, order.component))
    elif action is Action.CHECK_CONNECTION:
        await _done(here, order, "heard")
    elif action in LOCAL_ONLY:
        await _refuse(here, order, NOT_BY_THE_SERVER)
    else:
        await _report(here, order, look_for_model(here, order))


async def _set_up_anew(here: Ctx, order: Order) -> None:
    """Forget who the machine is, and start over; the one does not happen without the other."""
    with trio.CancelScope(shield=True):
        if await _report(here, order, forget_who_it_is(here)):
            await here.post(RestartOrdered(order.order_id, reboot=False))


async def _report(here: Ctx, order: Order, errand: Awaitable[str]) -> bool:
    """Put what comes of an errand into the journal; say whether it was done."""
    try:
        result = await errand
    except ErrandError as error:
        await _refuse(here, order, str(error))
        return False
    await _done(here, order, result)
    return True


async def _done(here: Ctx, order: Order, result: str) -> None:
    await here.post(OrderDone(order.order_id, order.action.value, result[:200]))


async def _refuse(here: Ctx, order: Order, why: str) -> None:
    await here.post(OrderRefused(order.order_id, order.action.value, why[:200]))
