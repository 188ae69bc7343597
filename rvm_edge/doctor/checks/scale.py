"""Whether the scale at the ESP32 gives anything, and its zero is where it was calibrated."""

import statistics
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import trio

from drivers.esp32.scale_counts import read_counts
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError
from rvm_edge.doctor.checks.controller import CONTROLLER
from rvm_edge.doctor.figures import figures_of_machine
from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.hardware_map import SIMULATED, Driver, HardwareMap

READINGS: Final = 5
EVERY_S: Final = 0.1
PATIENCE_S: Final = 8.0

_CALIBRATE: Final = "rvm-edge scale calibrate (stop the machine first)"
_NO_WITNESS: Final = "No item is refused for its weight, and the barrier has no second witness."


def look(place: Place) -> Finding:
    """Ask the machine for what it read last, or the scale itself while the machine does not run."""
    hardware = place.hardware
    if hardware is None:
        return _unread(place)
    given = hardware.ports.scale
    if given is None:
        return note("none in the hardware map", "", f"One that is fitted: {_CALIBRATE}")
    if given.driver is not Driver.ESP32 or hardware.esp32.device == SIMULATED:
        return note("simulated")
    figures = figures_of_machine(place)
    return _asked(place, hardware) if figures is None else _read_last(place, figures)


def _unread(place: Place) -> Finding:
    if any("scale.grams_per_count" in why for why in place.unread.values()):
        return failure(
            "not calibrated", "The machine does not start with a scale like that.", _CALIBRATE
        )
    return note("the hardware map cannot be read; see the configuration")


def _read_last(place: Place, figures: dict[str, float]) -> Finding:
    weight_g = figures.get("scale_grams")
    if weight_g is None:
        return warning(
            "the machine has no reading of it",
            _NO_WITNESS,
            "Have it read at the technician's panel (self-test); see to its cable, then: "
            f"{_CALIBRATE}",
        )
    if figures.get("chamber_occupied"):
        return fine(f"{weight_g:.1f} g, with something in the chamber")
    if abs(weight_g) >= place.settings.policy.item_min_g:
        return warning(
            f"{weight_g:.1f} g with nothing in the chamber",
            "Barrier and scale contradict each other, and the machine does not act on either.",
            f"See whether something lies on it or touches it; if not: {_CALIBRATE}",
        )
    return fine(f"{weight_g:.1f} g with nothing in the chamber, when the machine read it last")


def _asked(place: Place, hardware: HardwareMap) -> Finding:
    wire, cell = hardware.esp32, hardware.scale
    device, dialect = str(place.at(wire.device)), Dialect(wire.dialect)
    ask = partial(read_counts, device, wire.baud, dialect, readings=READINGS, every_s=EVERY_S)
    try:
        count = statistics.median(trio.run(_bounded, ask))
    except (DriverError, trio.TooSlowError) as error:
        why = str(error) or f"no answer within {PATIENCE_S:g} s"
        return warning(f"cannot be read: {why}", _NO_WITNESS, "See to its cable and the ESP32's.")
    off_g = (count - cell.zero_count) * cell.grams_per_count
    if abs(off_g) > cell.drift_most_g:
        return failure(
            f"{off_g:.0f} g off its calibrated zero",
            "It cannot be tared, and a machine that cannot believe its scale takes nothing.",
            f"Empty it; if it is empty: {_CALIBRATE}",
        )
    most_g = f"{cell.drift_most_g:g} g"
    return fine(f"{off_g:.1f} g off its calibrated zero; up to {most_g} is tared away")


async def _bounded(ask: Callable[[], Awaitable[list[int]]]) -> list[int]:
    with trio.fail_after(PATIENCE_S):
        return await ask()


CHECK = Check("scale", "Scale", look, device=CONTROLLER)
