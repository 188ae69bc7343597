"""`rvm-edge serial record` pings a controller and writes down what passes."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import threading
import tty
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner
from trio.testing import MockClock

from drivers.esp32.frames import FrameParser
from drivers.esp32.timings import LinkTimings
from drivers.replay.transcript import Message, Speaker, load
from rvm_edge.cli import main
from rvm_edge.cli.serial import _Transcript
from tests.cli.wired_device import Device, device_at
from tests.drivers.replay.test_recorded_transcripts import replay


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with device_at(tmp_path / "tty") as found:
        yield found


@pytest.mark.parametrize("dialect", ["ascii", "framed"])
def test_writes_a_transcript_of_its_pings(device: Device, tmp_path: Path, dialect: str) -> None:
    out = tmp_path / "heard.jsonl"
    arguments = ["--device", str(device.path), "--out", str(out), "--seconds", "3.5"]
    answer = CliRunner().invoke(
        main, ["serial", "record", *arguments, "--dialect", dialect, "--json"]
    )
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    transcript = load(out.read_text(encoding="ascii"))
    assert told["answered"] >= 1
    assert told["messages"] == len(transcript)
    said = b"".join(message.data for message in transcript if message.speaker is Speaker.HOST)
    assert bool(FrameParser().feed(said)) == (dialect == "framed")
    # What was recorded is at once what the driver is held to, word for word.
    trouble, answered = trio.run(replay, transcript, clock=MockClock(autojump_threshold=0))
    assert trouble == ""
    assert answered == told["answered"]


def ended_by_the_port(act: Callable[[], None]) -> None:
    """Do something until the port's other side is closed."""
    with contextlib.suppress(OSError):
        act()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times in which a silent controller is given up many times a second."""
    times = partial(LinkTimings, ack_s=0.03, settle_s=0.03, frame_s=0.01, boot_s=0.05)
    monkeypatch.setattr("drivers.esp32.timings.LinkTimings", times)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("dialect", ["auto", "ascii", "framed"])
def test_a_silent_controller_is_recorded_to_the_end_and_said_to_be_silent(
    tmp_path: Path, dialect: str
) -> None:
    host, port = os.openpty()
    out = tmp_path / "heard.jsonl"
    arguments = ["--device", os.ttyname(port), "--out", str(out), "--dialect", dialect]
    try:
        answer = CliRunner().invoke(main, ["serial", "record", *arguments, "--seconds", "2.5"])
    finally:
        os.close(host)
        os.close(port)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stderr.startswith("the controller does not answer (")
    assert answer.stderr.endswith("); what comes is recorded all the same\n")
    silent = "0 of [23] pings answered: the controller is silent; see to its power"
    assert re.search(silent, answer.stdout)
    transcript = load(out.read_text(encoding="ascii"))
    assert {message.speaker for message in transcript} == {Speaker.HOST}


@pytest.mark.usefixtures("quick")
def test_what_a_controller_says_without_answering_is_recorded(tmp_path: Path) -> None:
    host, port = os.openpty()
    tty.setraw(port)
    out = tmp_path / "heard.jsonl"
    arguments = ["--device", os.ttyname(port), "--out", str(out), "--seconds", "1.5", "--json"]

    def talk() -> None:
        while os.read(host, 4096):
            os.write(host, b"Guru Meditation Error\r\n")

    talking = threading.Thread(target=ended_by_the_port, args=(talk,))
    talking.start()
    try:
        answer = CliRunner().invoke(main, ["serial", "record", *arguments])
    finally:
        os.close(port)
        talking.join(10)
        os.close(host)
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["answered"], told["heard"], told["dialect"]) == (0, True, None)
    said = [one.data for one in load(out.read_text()) if one.speaker is Speaker.DEVICE]
    assert b"Guru Meditation Error" in b"".join(said)


def test_a_port_that_is_lost_ends_the_recording_and_says_so(tmp_path: Path) -> None:
    host, port = os.openpty()
    out = tmp_path / "heard.jsonl"
    name = os.ttyname(port)

    def unplug() -> None:
        os.read(host, 4096)
        os.close(host)

    unplugging = threading.Thread(target=unplug)
    unplugging.start()
    answer = CliRunner().invoke(main, ["serial", "record", "--device", name, "--out", str(out)])
    unplugging.join(10)
    os.close(port)
    assert answer.exit_code == 1
    assert f"{name}: " in answer.stderr
    assert f"what passed until then is in {out}" in answer.stderr


def test_an_interrupted_recording_is_kept(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firmware, times = device.world.firmware, itertools.count(1)
    hear = firmware.hear

    def interrupt_after_the_first_ping(dead_man_s: float | None = None) -> None:
        hear(dead_man_s)
        if next(times) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(firmware, "hear", interrupt_after_the_first_ping)
    out = tmp_path / "heard.jsonl"
    arguments = ["--device", str(device.path), "--out", str(out), "--seconds", "600"]
    answer = CliRunner().invoke(main, ["serial", "record", *arguments, "--dialect", "framed"])
    assert answer.exit_code == 0, answer.stderr
    assert len(load(out.read_text(encoding="ascii"))) >= 3


def test_what_passes_is_on_disk_while_it_still_records(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firmware, lines, out = device.world.firmware, list[int](), tmp_path / "heard.jsonl"
    hear = firmware.hear

    def look(dead_man_s: float | None = None) -> None:
        hear(dead_man_s)
        lines.append(len(out.read_text(encoding="ascii").splitlines()))

    monkeypatch.setattr(firmware, "hear", look)
    arguments = ["--device", str(device.path), "--out", str(out), "--seconds", "3.5"]
    answer = CliRunner().invoke(main, ["serial", "record", *arguments, "--dialect", "framed"])
    assert answer.exit_code == 0, answer.stderr
    assert lines[-1] > lines[0] >= 1


def test_a_full_disk_ends_the_recording_in_one_line(device: Device, tmp_path: Path) -> None:
    out = tmp_path / "heard.jsonl"
    out.symlink_to("/dev/full")
    with out.open("wb", buffering=0) as file:
        transcript = _Transcript(file)
        transcript.append(Message(Speaker.HOST, b"PING_RPI\n"))
    assert transcript.trouble == f"{out}: No space left on device"
    assert transcript.messages == 0


def test_a_controller_that_never_stops_talking_does_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvm_edge.cli.serial._MOST_BYTES", 1 << 20)
    out = tmp_path / "heard.jsonl"
    with out.open("wb", buffering=0) as file:
        transcript = _Transcript(file)
        for _ in range(1000):
            transcript.append(Message(Speaker.DEVICE, b"x" * 4096))
    assert transcript.trouble == "more than 1 MiB passed"
    assert out.stat().st_size <= 1 << 20
    assert len(load(out.read_text(encoding="ascii"))) == transcript.messages


def test_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    there = tmp_path / "there.jsonl"
    there.write_text("kept", encoding="ascii")
    for device, out, why in [
        ("sim", tmp_path / "out", "no real ESP32"),
        (str(tmp_path / "tty"), there, "is there already"),
        (str(tmp_path / "tty"), tmp_path / "out", "No such file or directory"),
        ("/dev/null", tmp_path / "out", "cannot be opened as a serial port"),
        (str(tmp_path / "tty"), tmp_path / "no" / "out", "No such file or directory"),
    ]:
        answer = CliRunner().invoke(
            main, ["serial", "record", "--device", device, "--out", str(out), "--seconds", "1"]
        )
        assert answer.exit_code == 1
        assert why in answer.stderr
    assert there.read_text(encoding="ascii") == "kept"
    assert not (tmp_path / "out").exists()
