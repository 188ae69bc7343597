"""The motor controller is pinged where nobody holds it; else the machine says what it speaks."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rvm_edge.doctor.checks import CHECKS, controller
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from tests.cli.wired_device import device_at
from tests.doctor.conftest import Computer
from tests.doctor.running_machine import machine_telling

DEVICE = "/dev/ttyUSB0"


def _wire(computer: Computer, device: str = DEVICE, dialect: str = "auto") -> None:
    wired = json.loads(config_file("hardware_map.json").read_text())
    wired["esp32"] = {"device": device, "dialect": dialect}
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps(wired))


@pytest.fixture(name="port")
def a_serial_port(computer: Computer) -> Iterator[int]:
    """One that nobody answers at."""
    host, device = os.openpty()
    _wire(computer)
    (computer.root / "dev").mkdir()
    (computer.root / "dev/ttyUSB0").symlink_to(os.ttyname(device))
    yield device
    os.close(host)
    os.close(device)


def test_one_that_is_not_plugged_in_is_a_failure_that_names_what_is(computer: Computer) -> None:
    computer.write("dev/serial/by-id/usb-Silicon_Labs_CP2102", "")
    _wire(computer, "/dev/ttyTHS1")

    found = controller.look(computer.place())

    assert found.level is Level.FAILURE
    assert found.what == "/dev/ttyTHS1 is not there"
    assert "usb-Silicon_Labs_CP2102" in found.todo


def test_a_file_is_none(computer: Computer) -> None:
    computer.write("dev/ttyUSB0", "")
    _wire(computer)

    assert controller.look(computer.place()).what == f"{DEVICE} is no serial device"


@pytest.mark.parametrize(
    ("wanted", "answers"),
    [("auto", "in frames"), ("ascii", "in ASCII, which has neither dead-man nor Stop")],
)
def test_one_that_answers_is_told_with_its_dialect(
    computer: Computer, tmp_path: Path, wanted: str, answers: str
) -> None:
    _wire(computer, dialect=wanted)
    (tmp_path / "dev").mkdir()
    with device_at(tmp_path / "dev/ttyUSB0"):
        found = controller.look(computer.place())
    assert found.level is Level.FINE
    assert found.what == f"{DEVICE} is there and free; the ESP32 answers {answers}"


@pytest.mark.usefixtures("port")
def test_one_that_is_silent_is_a_failure(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "PATIENCE_S", 0.1)
    found = controller.look(computer.place())
    assert found.level is Level.FAILURE
    assert found.what.endswith("but the ESP32 does not answer: nothing within 0.1 s")
    assert "rvm-edge serial record" in found.todo


def test_one_that_somebody_else_holds_is_a_failure(computer: Computer, port: int) -> None:
    fcntl.flock(port, fcntl.LOCK_EX)
    found = controller.look(computer.place())
    assert found.level is Level.FAILURE
    assert f"sudo fuser -v {DEVICE}" in found.todo


@pytest.mark.usefixtures("port")
def test_one_that_is_free_is_left_to_a_machine_that_runs(computer: Computer) -> None:
    computer.runs()
    found = controller.look(computer.place())
    assert (found.level, found.what) == (Level.FINE, f"{DEVICE} is there and free")


@pytest.mark.parametrize(
    ("told", "level", "what"),
    [
        ('{dialect="framed"} 1', Level.FINE, "by the machine; the ESP32 answers in frames"),
        ('{dialect="ascii"} 1', Level.FINE, "by the machine; the ESP32 answers in ASCII, which"),
        ('{dialect="nothing"} 0', Level.FAILURE, "in use, and the machine gets no answer there"),
        (None, Level.NOTE, "by the machine itself if that is running"),
    ],
)
def test_a_machine_that_runs_says_what_it_speaks(
    computer: Computer, port: int, told: str | None, level: Level, what: str
) -> None:
    fcntl.flock(port, fcntl.LOCK_EX)
    computer.runs()
    with machine_telling(None if told is None else f"rvm_edge_controller{told}\n") as settings:
        found = controller.look(computer.place(settings))
    assert (found.level, what in found.what) == (level, True)


def test_the_doctor_asks_it() -> None:
    assert controller.CHECK in CHECKS
