"""The inventory lists every port of the hardware map once, under its own name."""

from __future__ import annotations

import msgspec
import pytest

from rvm_edge.hardware_map import Ports, parse_hardware_map
from rvm_edge.health.parts import ACTUATORS, CAMERAS, NO_PART, SENSORS, parts_of
from rvm_edge.orders import Component
from rvm_edge.telemetry import Part
from tests.health.described import EVERY_PORT, REAL, SIMULATED


def test_every_port_is_in_one_list_and_orders_name_parts_by_the_same_names() -> None:
    listed = (*CAMERAS, *SENSORS, *ACTUATORS, *NO_PART)
    assert sorted(listed) == sorted(Ports.__struct_fields__)
    assert {*listed} - {*NO_PART} == {part.value for part in Component}


def test_a_part_is_told_as_the_map_says() -> None:
    parts = parts_of(REAL, {"sorter": True, "bin": False})
    sorter = next(part for part in parts.actuators if part.name == "sorter")
    wires = (("direction", 18), ("step", 16))
    assert sorter == Part("sorter", "NEMA17", "UART", wires, working=True)
    level = next(part for part in parts.sensors if part.name == "bin")
    assert level == Part("bin", "HC-SR04", "simulated", working=False, unit="%")
    assert parts.cameras == (Part("camera", "", "simulated"),)
    assert parts.microcontroller == ("/dev/ttyTHS1", 115_200)


def test_behind_a_simulated_controller_everything_is_simulated() -> None:
    parts = parts_of(SIMULATED, {})
    assert parts.microcontroller is None
    assert {part.interface for part in parts.actuators} == {"simulated"}
    assert {part.working for part in parts.actuators} == {None}


@pytest.mark.parametrize("name", ["scale", "thermometer"])
def test_what_is_not_fitted_is_not_listed(name: str) -> None:
    ports = msgspec.json.decode(msgspec.json.encode(EVERY_PORT))
    del ports[name]
    fewer = parse_hardware_map(msgspec.json.encode({"ports": ports}))
    assert name not in {part.name for part in parts_of(fewer, {}).sensors}
