"""What may be done by the machine's parts on an order, one small errand each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drivers.ports import DriverError, Signal, StoppedError
from rvm_edge.machine import Hardware
from rvm_edge.orders import Component, Motion
from states.context import Ctx
from states.mechanism import require_shut_door
from states.sensing import debounced


class ErrandError(Exception):
    """It is not done. The message says why, for a technician."""


STOPPED = "stopped on the way"
"""What a movement's result ends with when somebody let go of its button."""

_DROP = (Component.SORTER, Motion.TRIGGER)
_HOME = (Component.SORTER, Motion.RESET)
_AT_REST = "it ends every run at rest by itself, so only the gate was shut and the lamp put out"

SENSORS = (
    Component.BIN,
    Component.DOOR,
    Component.CHAMBER,
    Component.SLOT,
    Component.SCALE,
    Component.THERMOMETER,
)


async def read_sensor(here: Ctx, component: Component | None) -> str:
    """Return what a sensor reads, in words; where none is named, what all of them read.

    Raises:
        ErrandError: it is no sensor, is not fitted, or gives no reading.
    """
    if component is None:
        return await _all_readings(here.machine.hardware)
    try:
        reading = await _reading(here.machine.hardware, component)
    except DriverError as error:
        raise ErrandError(str(error)) from error
    if not reading:
        raise ErrandError(f"{_named(component)} is no sensor of this machine")
    return reading


async def trigger_actuator(here: Ctx, component: Component | None, motion: Motion | None) -> str:
    """Move a part once, with the door shut; return what was done.

    Raises:
        ErrandError: it cannot do that, or did not.
    """
    hardware = here.machine.hardware
    motions: dict[tuple[Component, Motion], Callable[[], Awaitable[None]]] = {
        (Component.GATE, Motion.OPEN): hardware.gate.open,
        (Component.GATE, Motion.CLOSE): hardware.gate.close,
        (Component.SORTER, Motion.TRIGGER): hardware.sorter.drop_item,
        (Component.SORTER, Motion.RESET): hardware.sorter.home,
        (Component.INDICATOR, Motion.TRIGGER): lambda: hardware.indicator.show(Signal.SUCCESS),
    }
    if here.machine.policy.door_by_server:
        motions[Component.DOOR, Motion.OPEN] = hardware.door.unlock
        motions[Component.DOOR, Motion.CLOSE] = hardware.door.lock
    move = None if component is None or motion is None else motions.get((component, motion))
    word = "" if motion is None else motion.value
    if move is None:
        raise ErrandError(f"{_named(component)} cannot be told to {word or 'do nothing'}")
    try:
        await require_shut_door(here)
        if (component, motion) == _DROP and await debounced(
            hardware.chamber.is_occupied, here.machine.policy
        ):
            raise ErrandError("something lies in the chamber: it would drop into the bin")
        await move()
    except StoppedError:
        return f"{_named(component)}: {word}, {STOPPED}"
    except DriverError as error:
        raise ErrandError(str(error)) from error
    if (component, motion) == _HOME and hardware.sorter.rests_by_itself:
        return f"{_named(component)}: {word}; {_AT_REST}"
    return f"{_named(component)}: {word}"


async def _all_readings(hardware: Hardware) -> str:
    """Read every sensor that is fitted; one that fails says so in its place."""
    said = []
    for component in SENSORS:
        try:
            reading = await _reading(hardware, component)
        except DriverError:
            reading = f"{component.value} gives no reading"
        if reading:
            said.append(reading)
    return ", ".join(said)


async def _reading(hardware: Hardware, component: Component) -> str:
    reading = ""
    if component is Component.BIN:
        reading = f"bin {await hardware.bin.level_pct():.0f} %"
    elif component is Component.DOOR:
        reading = "door open" if await hardware.door.is_open() else "door shut"
    elif component is Component.CHAMBER:
        reading = "chamber occupied" if await hardware.chamber.is_occupied() else "chamber free"
    elif component is Component.SLOT:
        reading = "slot occupied" if await hardware.slot.is_occupied() else "slot free"
    elif component is Component.SCALE and hardware.scale is not None:
        reading = f"scale {await hardware.scale.weight_g():.1f} g"
    elif component is Component.THERMOMETER and hardware.thermometer is not None:
        reading = f"thermometer {await hardware.thermometer.temperature_c():.1f} C"
    return reading


def _named(component: Component | None) -> str:
    return "nothing" if component is None else component.value
