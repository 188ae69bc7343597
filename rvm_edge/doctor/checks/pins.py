"""Whether the computer's own pins and the kernel's sensors can be read, where the map uses them."""

import importlib.util
import os
from collections.abc import Mapping
from typing import Final

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.hardware_map import Assignment, Driver

_LIBRARY: Final = "Jetson"
_MATTERS: Final = "What is wired there is not seen: a barrier, the bin or the door."


def look(place: Place) -> Finding:
    """Look for the devices behind the drivers gpio and iio; no pin is claimed."""
    if place.hardware is None:
        return note("the hardware map cannot be read; see the configuration")
    given = place.hardware.assignments()
    at_pins = [port for port, one in given.items() if one.driver is Driver.GPIO]
    found = _pins(place, at_pins) if at_pins else None
    return found or _sensors(place, given) or _used(at_pins, given)


def _pins(place: Place, ports: list[str]) -> Finding | None:
    if importlib.util.find_spec(_LIBRARY) is None:
        return failure(
            f"Jetson.GPIO is not installed, and {', '.join(ports)} are wired to pins",
            _MATTERS,
            "Run: sudo /opt/rvm-edge/bin/pip install Jetson.GPIO",
        )
    chips = sorted(place.at("/dev").glob("gpiochip*"))
    if not chips:
        return failure(
            "this computer has no /dev/gpiochip0",
            _MATTERS,
            "Is this a Jetson? Else wire the sensors to the ESP32, and say so in the hardware map.",
        )
    if not all(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return failure(
            f"this user may not open /dev/{chips[0].name}",
            _MATTERS,
            "Run: sudo rvm-edge install --apply; then: sudo udevadm trigger -s gpio -c add",
        )
    return None


def _sensors(place: Place, given: Mapping[str, Assignment]) -> Finding | None:
    for port, one in given.items():
        if one.driver is Driver.IIO and not place.at(one.device).is_dir():
            return warning(
                f"{port}: {one.device} is not there",
                "The machine goes on without this sensor.",
                "Is its overlay loaded? See: ls /sys/bus/iio/devices; then correct "
                "hardware_map.json.",
            )
    return None


def _used(at_pins: list[str], given: Mapping[str, Assignment]) -> Finding:
    of_kernel = [port for port, one in given.items() if one.driver is Driver.IIO]
    if not at_pins and not of_kernel:
        return note("no part is wired to this computer's own pins")
    return fine(f"can be opened: {', '.join((*at_pins, *of_kernel))}")


CHECK = Check("pins", "This computer's pins", look)
