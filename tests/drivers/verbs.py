"""Every verb of every port, by its name as `drivers.faulty` calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drivers.ports import BinGauge, Brake, Scale, Signal, Thermometer
from rvm_edge.machine import Hardware

Verb = Callable[[Hardware], Awaitable[object]]


def brake(hardware: Hardware) -> Brake:
    assert hardware.brake is not None
    return hardware.brake


def scale(hardware: Hardware) -> Scale:
    assert hardware.scale is not None
    return hardware.scale


def bin_gauge(hardware: Hardware) -> BinGauge:
    assert hardware.bin_gauge is not None
    return hardware.bin_gauge


def thermometer(hardware: Hardware) -> Thermometer:
    assert hardware.thermometer is not None
    return hardware.thermometer


MOVING: dict[str, Verb] = {
    "gate.open": lambda it: it.gate.open(),
    "gate.close": lambda it: it.gate.close(),
    "sorter.home": lambda it: it.sorter.home(),
    "sorter.drop_item": lambda it: it.sorter.drop_item(),
    "sorter.return_item": lambda it: it.sorter.return_item(),
    "light.on": lambda it: it.light.on(),
    "light.off": lambda it: it.light.off(),
    "indicator.show": lambda it: it.indicator.show(Signal.ERROR),
    "pulse.beat": lambda it: it.pulse.beat(),
}
"""What goes to the motor controller."""

WIRED: dict[str, Verb] = {
    "camera.take_picture": lambda it: it.camera.take_picture(),
    "chamber.is_occupied": lambda it: it.chamber.is_occupied(),
    "slot.is_occupied": lambda it: it.slot.is_occupied(),
    "bin.level_pct": lambda it: it.bin.level_pct(),
    "bin.distance_cm": lambda it: bin_gauge(it).distance_cm(),
    "door.lock": lambda it: it.door.lock(),
    "door.unlock": lambda it: it.door.unlock(),
    "door.is_open": lambda it: it.door.is_open(),
    "scale.weight_g": lambda it: scale(it).weight_g(),
    "scale.tare": lambda it: scale(it).tare(),
    "thermometer.temperature_c": lambda it: thermometer(it).temperature_c(),
}
"""What is wired to the host."""

EVERY = {**MOVING, **WIRED}

STOPPING: dict[str, Verb] = {"brake.stop": lambda it: brake(it).stop()}
"""What ends the others, and so is not called among them."""
