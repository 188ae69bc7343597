"""`rvm-edge serial record` pings a controller and writes down what passes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner

from drivers.esp32.frames import FrameParser
from drivers.replay.transcript import Speaker, load
from rvm_edge.cli import main
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World


@dataclass
class Device:
    path: Path
    world: World


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    """A simulated controller, in a thread with a loop of its own."""
    ready, stop = threading.Event(), trio.Event()
    tokens: list[trio.lowlevel.TrioToken] = []
    path, world = tmp_path / "tty", World(INSTANT)

    async def serve() -> None:
        tokens.append(trio.lowlevel.current_trio_token())
        async with trio.open_nursery() as nursery:
            await nursery.start(Esp32(world, path).run)
            ready.set()
            await stop.wait()
            nursery.cancel_scope.cancel()

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    assert ready.wait(10)
    yield Device(path, world)
    tokens[0].run_sync_soon(stop.set)
    thread.join(10)
    assert not thread.is_alive()


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


def test_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    there = tmp_path / "there.jsonl"
    there.write_text("kept", encoding="ascii")
    for device, out, why in [
        ("sim", tmp_path / "out", "no real ESP32"),
        (str(tmp_path / "tty"), there, "is there already"),
        (str(tmp_path / "tty"), tmp_path / "out", "No such file or directory"),
        ("/dev/null", tmp_path / "out", "cannot be opened as a serial port"),
    ]:
        answer = CliRunner().invoke(
            main, ["serial", "record", "--device", device, "--out", str(out), "--seconds", "1"]
        )
        assert answer.exit_code == 1
        assert why in answer.stderr
    assert there.read_text(encoding="ascii") == "kept"
    assert not (tmp_path / "out").exists()
