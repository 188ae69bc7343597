"""The scale is asked where nobody holds it, and else the machine for what it read last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest

from rvm_edge.doctor.checks import CHECKS, scale
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.doctor.place import Place
from rvm_edge.packaged import config_file
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.wired_sensors import GRAMS_PER_COUNT, ZERO_COUNT
from tests.cli.wired_device import Device, device_at
from tests.doctor.conftest import Computer
from tests.doctor.running_machine import machine_telling

DEVICE = "/dev/ttyTHS1"
TABLE = {"grams_per_count": GRAMS_PER_COUNT, "zero_count": ZERO_COUNT, "drift_most_g": 300.0}


def _wire(computer: Computer, device: str = DEVICE) -> None:
    wired = json.loads(config_file("hardware_map.json").read_text())
    wired["esp32"] = {"device": device}
    wired["ports"]["scale"] = {"driver": "esp32"}
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps({**wired, "scale": TABLE}))


@pytest.fixture(name="device")
def a_scale_at_an_esp32(computer: Computer) -> Iterator[Device]:
    _wire(computer)
    (computer.root / "dev").mkdir()
    with device_at(computer.root / DEVICE.lstrip("/")) as found:
        yield found


def _at_rest(computer: Computer) -> Finding:
    with machine_telling(None) as settings:
        return scale.look(computer.place(settings))


def _at_work(computer: Computer, told: str) -> Finding:
    _wire(computer)
    with machine_telling(told) as settings:
        return scale.look(computer.place(settings))


def test_one_that_is_not_fitted_or_not_real_is_no_complaint(computer: Computer) -> None:
    assert _at_rest(computer).what == "simulated"
    _wire(computer, "sim")
    assert _at_rest(computer).what == "simulated"
    wired = json.loads(config_file("hardware_map.json").read_text())
    del wired["ports"]["scale"]
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps(wired))
    assert _at_rest(computer).level is Level.NOTE


@pytest.mark.usefixtures("device")
def test_a_scale_that_answers_is_told_with_how_far_it_is_off(computer: Computer) -> None:
    found = _at_rest(computer)
    assert found.level is Level.FINE
    assert found.what.endswith("g off its calibrated zero; up to 300 g is tared away")


def test_one_that_has_drifted_too_far_is_a_failure(computer: Computer, device: Device) -> None:
    device.do(partial(device.world.inject, Fault.SCALE_DRIFTS, 500.0))
    found = _at_rest(computer)
    assert (found.level, found.what) == (Level.FAILURE, "500 g off its calibrated zero")
    assert "scale calibrate" in found.todo


@pytest.mark.parametrize("fault", [Fault.SCALE_GONE, Fault.SCALE_SATURATED])
def test_one_that_gives_nothing_is_a_warning(
    computer: Computer, device: Device, fault: Fault
) -> None:
    device.do(partial(device.world.inject, fault))
    found = _at_rest(computer)
    assert (found.level, found.what[:15]) == (Level.WARNING, "cannot be read:")


def test_a_controller_that_is_gone_is_a_warning(computer: Computer) -> None:
    _wire(computer)
    found = _at_rest(computer)
    assert (found.level, found.what[:15]) == (Level.WARNING, "cannot be read:")


def test_one_that_was_never_calibrated_is_a_failure_with_the_way_to_do_it(
    computer: Computer,
) -> None:
    why = "hardware_map.json: scale.grams_per_count is missing: leave ports.scale out"
    known = computer.place()
    place = Place(known.locations, known.settings, None, {"hardware_map.json": why})

    found = scale.look(place)

    assert (found.level, found.what) == (Level.FAILURE, "not calibrated")
    assert "scale calibrate" in found.todo


@pytest.mark.parametrize(
    ("told", "level", "what"),
    [
        ("rvm_edge_scale_grams 1.5\nrvm_edge_chamber_occupied 0\n", Level.FINE, "1.5 g with"),
        ("rvm_edge_scale_grams 41\nrvm_edge_chamber_occupied 1\n", Level.FINE, "41.0 g, with"),
        ("rvm_edge_scale_grams 41\nrvm_edge_chamber_occupied 0\n", Level.WARNING, "41.0 g with"),
        ("rvm_edge_scale_grams -41\nrvm_edge_chamber_occupied 0\n", Level.WARNING, "-41.0 g with"),
        ("rvm_edge_chamber_occupied 0\n", Level.WARNING, "the machine has no reading"),
        ("", Level.WARNING, "the machine has no reading"),
    ],
)
def test_a_machine_that_runs_says_what_it_read(
    computer: Computer, told: str, level: Level, what: str
) -> None:
    found = _at_work(computer, told)
    assert (found.level, found.what[: len(what)]) == (level, what)


def test_the_doctor_asks_it() -> None:
    assert scale.CHECK in CHECKS
