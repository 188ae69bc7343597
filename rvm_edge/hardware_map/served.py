"""Which driver can serve which port, and what each needs to be told.

What a driver would not read is refused, too: whoever wrote it believes that it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from rvm_edge.hardware_map.tables import Assignment, Driver, HardwareMap, Ports
from rvm_edge.strict_tables import RefusedValueError

PORTS_OF_ESP32: Final = frozenset({"gate", "sorter", "light", "indicator", "pulse"})
"""What the author's firmware has commands for."""

SENSORS_OF_ESP32: Final = frozenset({"chamber", "slot", "door", "bin", "scale", "thermometer"})
"""What a firmware may serve besides; see "Sensors" in docs/reference/esp32-wire.md."""

SERVED: Final[Mapping[Driver, frozenset[str]]] = {
    Driver.SIM: frozenset(Ports.__struct_fields__),
    Driver.ESP32: PORTS_OF_ESP32 | SENSORS_OF_ESP32,
    Driver.GSTREAMER: frozenset({"camera"}),
    Driver.V4L2: frozenset({"camera"}),
    Driver.PICTURES: frozenset({"camera"}),
    Driver.GPIO: frozenset({"chamber", "slot", "bin", "door"}),
    Driver.IIO: frozenset({"thermometer"}),
    Driver.NONE: frozenset({"indicator", "slot", "bin", "door"}),
}
"""Which ports each driver can serve. What moves is never on a pin of the computer's."""

GPIO_PINS: Final = frozenset(
    {7, 11, 12, 13, 15, 16, 18, 19, 21, 22, 23, 24, 26, 29, 31, 32, 33, 35, 36, 37, 38, 40}
)
"""Pins of the Orin Nano's header that can be GPIO; the others are power, ground, or the board's."""

_NEEDS_DEVICE: Final = {
    Driver.V4L2: "a camera such as /dev/v4l/by-id/…",
    Driver.PICTURES: "a folder of pictures",
    Driver.IIO: "a folder such as /sys/bus/iio/devices/iio:device0",
}

_DEVICE_IS_ELSEWHERE: Final = {
    Driver.ESP32: "the controller's is esp32.device",
    Driver.GPIO: "a part on the header is reached by its pins, in wires",
    Driver.GSTREAMER: "a CSI camera is camera.sensor, and any other source camera.source",
}

_MAY_BE_LEFT_OUT: Final = frozenset(Ports.__struct_fields__[-len(Ports.__struct_defaults__) :])
_SWITCHES: Final = frozenset({"chamber", "slot", "door"})


def require_served(found: HardwareMap) -> None:
    """Refuse what no driver could do anything with.

    Raises:
        RefusedValueError: naming the place.
    """
    by_pin: dict[int, str] = {}
    for port, given in found.assignments().items():
        where = f"ports.{port}"
        if port not in SERVED[given.driver]:
            raise RefusedValueError(f"{where}.driver", _not_served(port, given.driver))
        _require_device(where, given)
        _require_level(port, given)
        if given.driver is Driver.GPIO:
            _require_pins(port, given, by_pin)
    _require_one_line("esp32.device", found.esp32.device)
    scale = found.ports.scale
    if scale is not None and scale.driver is Driver.ESP32 and not found.scale.grams_per_count:
        raise RefusedValueError(
            "scale.grams_per_count",
            "is missing: leave ports.scale out, and run rvm-edge scale calibrate",
        )


def _not_served(port: str, driver: Driver) -> str:
    served = ", ".join(sorted(SERVED[driver]))
    if driver is Driver.ESP32:
        return f"cannot be esp32: the controller serves {served} only"
    others = " or ".join(one.value for one in Driver if port in SERVED[one])
    left_out = ", or left out" if port in _MAY_BE_LEFT_OUT else ""
    return f"cannot be {driver.value}, which serves {served} only; {port} can be {others}{left_out}"


def _require_device(where: str, given: Assignment) -> None:
    driver, device = given.driver, given.device
    if driver in _NEEDS_DEVICE and not device:
        raise RefusedValueError(
            f"{where}.device", f"is missing: {driver.value} needs {_NEEDS_DEVICE[driver]}"
        )
    if driver in _DEVICE_IS_ELSEWHERE and device:
        raise RefusedValueError(
            f"{where}.device", f"is not for {driver.value}: {_DEVICE_IS_ELSEWHERE[driver]}"
        )
    _require_one_line(f"{where}.device", device)


def _require_one_line(where: str, device: str) -> None:
    if device != device.strip() or not device.isprintable():
        raise RefusedValueError(
            where, "must not begin or end with a blank, nor hold what cannot be seen"
        )


def _require_level(port: str, given: Assignment) -> None:
    """Refuse `active_low` where nobody would read it, and a sensor would say the opposite."""
    if not given.active_low or given.driver in (Driver.SIM, Driver.NONE):
        return
    where = f"ports.{port}.active_low"
    if given.driver is Driver.ESP32:
        raise RefusedValueError(
            where, "is not for esp32: its firmware says by itself whether something is there"
        )
    if given.driver is not Driver.GPIO or port not in _SWITCHES:
        raise RefusedValueError(where, "is for a switch at gpio")


def _require_pins(port: str, given: Assignment, by_pin: dict[int, str]) -> None:
    wires = ("trigger", "echo") if port == "bin" else ("signal",)
    for other in given.wires:
        if other not in wires:
            close = get_close_matches(other, wires, n=1)
            meant = f"did you mean {close[0]}?" if close else f"gpio reads {' and '.join(wires)}"
            raise RefusedValueError(f"ports.{port}.wires.{other}", f"is unknown; {meant}")
    for wire in wires:
        where = f"ports.{port}.wires.{wire}"
        pin = given.wires.get(wire)
        if pin is None:
            raise RefusedValueError(where, "is missing: gpio needs its pin, by the BOARD numbering")
        if pin not in GPIO_PINS:
            pins = ", ".join(str(one) for one in sorted(GPIO_PINS))
            raise RefusedValueError(
                where, f"cannot be pin {pin}, which is no GPIO; BOARD numbers that are: {pins}"
            )
        if pin in by_pin:
            raise RefusedValueError(where, f"cannot be pin {pin}: {by_pin[pin]} is there")
        by_pin[pin] = where
