"""The doctor looks for what the camera is read through, before the machine misses it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rvm_edge.doctor.checks import camera
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from tests.doctor.conftest import Computer


def with_camera(computer: Computer, given: dict[str, Any]) -> None:
    document = json.loads(config_file("hardware_map.json").read_bytes())
    document["ports"]["camera"] = given
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps(document))


def test_a_usb_camera_that_is_plugged_in_is_found(computer: Computer) -> None:
    with_camera(computer, {"driver": "v4l2", "device": "/dev/video0"})
    assert camera.look(computer.place()).level is Level.FAILURE
    computer.write("dev/video0", "")
    assert camera.look(computer.place()).level is Level.FINE


@pytest.mark.parametrize("driver", ["v4l2", "pictures"])
def test_one_that_is_missing_is_named_with_what_to_do(computer: Computer, driver: str) -> None:
    with_camera(computer, {"driver": driver, "device": "/dev/none"})
    found = camera.look(computer.place())
    assert found.what == "/dev/none is not there"
    assert "F-31" in found.why
    assert "ports.camera.device" in found.todo


def test_a_simulated_one_is_worth_knowing(computer: Computer) -> None:
    with_camera(computer, {"driver": "sim"})
    assert camera.look(computer.place()).level is Level.NOTE
