"""What is wired to this computer's own pins can be read, or it is said what is in the way."""

from __future__ import annotations

import importlib.util
import json
import os

import pytest

from rvm_edge.doctor.checks import pins
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from tests.doctor.conftest import Computer

SENSOR = "/sys/bus/iio/devices/iio:device0"


def _wired(computer: Computer, **ports: dict[str, object]) -> None:
    wired = json.loads(config_file("hardware_map.json").read_text())
    wired["ports"].update(ports)
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps(wired))


@pytest.fixture
def at_a_pin(computer: Computer) -> None:
    _wired(computer, chamber={"driver": "gpio", "wires": {"signal": 11}})


def test_a_machine_without_such_parts_is_not_bothered(computer: Computer) -> None:
    assert pins.look(computer.place()).level is Level.NOTE


@pytest.mark.usefixtures("at_a_pin")
def test_a_chip_that_can_be_opened_is_fine(computer: Computer) -> None:
    computer.write("dev/gpiochip0", "")
    found = pins.look(computer.place())
    assert (found.level, found.what) == (Level.FINE, "can be opened: chamber")


@pytest.mark.usefixtures("at_a_pin")
def test_a_computer_without_pins_is_a_failure(computer: Computer) -> None:
    assert pins.look(computer.place()).what == "this computer has no /dev/gpiochip0"


@pytest.mark.usefixtures("at_a_pin")
def test_a_chip_that_belongs_to_another_group_is_a_failure_with_the_rule_that_mends_it(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.write("dev/gpiochip0", "")
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = pins.look(computer.place())
    assert (found.level, "udevadm trigger" in found.todo) == (Level.FAILURE, True)


@pytest.mark.usefixtures("at_a_pin")
def test_a_library_that_is_not_installed_is_a_failure_with_the_command(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    found = pins.look(computer.place())
    assert found.level is Level.FAILURE
    assert "pip install" in found.todo


def test_a_sensor_that_the_kernel_does_not_know_is_a_warning(computer: Computer) -> None:
    _wired(computer, thermometer={"driver": "iio", "device": SENSOR})
    assert pins.look(computer.place()).level is Level.WARNING

    (computer.root / SENSOR.lstrip("/")).mkdir(parents=True)
    assert pins.look(computer.place()).level is Level.FINE
