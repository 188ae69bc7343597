"""A technician's tasks, as the orders that have them done."""

from __future__ import annotations

import secrets

from rvm_edge.bridges.local.control import Task
from rvm_edge.orders import Action, Component, Motion, Order

_ORDERS: dict[Task, tuple[Action, Component | None, Motion | None]] = {
    Task.OPEN_DOOR: (Action.TRIGGER_ACTUATOR, Component.DOOR, Motion.OPEN),
    Task.TEST_MOTOR: (Action.TRIGGER_ACTUATOR, Component.SORTER, Motion.TRIGGER),
    Task.TEST_LIGHT: (Action.TRIGGER_ACTUATOR, Component.LIGHT, Motion.TRIGGER),
    Task.READ_SENSORS: (Action.READ_SENSOR, None, None),
    Task.RECALIBRATE: (Action.TRIGGER_ACTUATOR, Component.SCALE, Motion.RESET),
}


def order_for(task: Task) -> Order | None:
    """Return a new order for a task; None for one that no part of the machine is needed for."""
    if task not in _ORDERS:
        return None
    action, component, motion = _ORDERS[task]
    return Order(_new_id(), action, component, motion, local=True)


def order_to_read(sensor: Component) -> Order:
    """Return a new order to read one sensor."""
    return Order(_new_id(), Action.READ_SENSOR, sensor, local=True)


def order_to_look() -> Order:
    """Return a new order for a picture of the chamber."""
    return Order(_new_id(), Action.CAPTURE_IMAGE, local=True)


def order_to_set_up_anew() -> Order:
    """Return a new order to forget who the machine is."""
    return Order(_new_id(), Action.SET_UP_ANEW, local=True)


def order_to_change_credentials() -> Order:
    """Return a new order to wait for other credentials."""
    return Order(_new_id(), Action.CHANGE_CREDENTIALS, local=True)


def order_to_move(part: Component, motion: Motion) -> Order:
    """Return a new order to move a part once."""
    return Order(_new_id(), Action.TRIGGER_ACTUATOR, part, motion, local=True)


def _new_id() -> str:
    return f"screen-{secrets.token_hex(8)}"
