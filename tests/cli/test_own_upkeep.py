"""A machine that runs keeps its disk clear and records what it does, its wire included."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
import trio
from click.testing import CliRunner, Result

from drivers.replay.transcript import Message, Speaker
from rvm_edge.cli import main
from rvm_edge.cli.own import upkeep as own_upkeep
from rvm_edge.cli.own.upkeep import room_to_start
from rvm_edge.cli.own.wire import OwnWire
from rvm_edge.hardware_map import parse_hardware_map
from rvm_edge.health.clock_watch import ClockJump
from rvm_edge.health.flight.segment import segments, text_of
from rvm_edge.locations import Locations
from rvm_edge.packaged import config_file
from rvm_edge.real_hardware import real_hardware
from rvm_edge.settings import DiskSettings, FlightSettings, Settings
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World
from tests.cli.test_dump import opened
from tests.drivers.rigs import esp32_at

if TYPE_CHECKING:
    from rvm_edge.daemon import Daemon

WITHIN_S = 50.0


class Notebook:
    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def note(self, line: bytes) -> None:
        self.lines.append(json.loads(line))


@contextmanager
def running(place: Path, settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a simulated machine as its service manager would."""
    folders = {f"{name.upper()}_DIRECTORY": place / name for name in ("logs", "cache")}
    for folder in (*folders.values(), place / "config"):
        folder.mkdir()
    (place / "cache" / "thing").write_bytes(b"x" * 5000)
    (place / "config" / "settings.toml").write_text(settings)
    words = [sys.executable, "-m", "rvm_edge", "--config-dir", str(place / "config")]
    words += ["--data-dir", str(place / "data"), "run", "--simulate", "--eyes", "scripted"]
    with subprocess.Popen(
        [*words, "--no-screen"],
        env={**os.environ, **{name: str(folder) for name, folder in folders.items()}},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def recorded(place: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for one in segments(place / "data" / "flight")
        for line in text_of(one, 10**6).splitlines()
    ]


def call(place: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("LOGS_DIRECTORY", str(place / "logs"))
    monkeypatch.setenv("CACHE_DIRECTORY", str(place / "cache"))
    folders = ("--config-dir", str(place / "config"), "--data-dir", str(place / "data"))
    return CliRunner().invoke(main, [*folders, *words])


@pytest.mark.timeout(120)
def test_a_running_machine_frees_a_full_disk_records_its_steps_and_can_be_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = "[disk]\nfull_pct = 0.002\nclear_to_pct = 0.001\ncheck_every_s = 1\n"
    deadline = time.monotonic() + WITHIN_S
    with running(tmp_path, marks) as machine:
        while (tmp_path / "cache" / "thing").exists() or not {"step", "health", "wire"} <= {
            line["line"] for line in recorded(tmp_path)
        }:
            assert time.monotonic() < deadline, recorded(tmp_path)
            with suppress(subprocess.TimeoutExpired):
                machine.wait(0.1)
        cleaned = call(tmp_path, monkeypatch, "clean", "--apply", "--json")
        packed = call(tmp_path, monkeypatch, "dump", "--out", str(tmp_path / "d.tar.gz"))
    assert json.loads(cleaned.stdout)["report"]["done"]
    assert packed.exit_code == 0, packed.stderr
    texts = opened(tmp_path / "d.tar.gz")
    assert any(name.startswith("flight/") and text for name, text in texts.items())
    assert "caches went" in texts["logs/rvm-edge.jsonl"]
    steps = [line["event"] for line in recorded(tmp_path) if line["line"] == "step"]
    assert "credentials.ready" in steps
    said = b"".join(
        base64.b64decode(line["data"]) for line in recorded(tmp_path) if line["line"] == "wire"
    )
    assert b"\n" in said  # the simulated controller speaks the ASCII dialect over its pty


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_one_look_at_the_clock_does_for_log_and_recording(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_recorded: bool,
) -> None:
    here = Locations(tmp_path, tmp_path)
    chosen = Settings(flight=FlightSettings(enabled=is_recorded))
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    watched = 0

    async def watch_clock(tell: Callable[[ClockJump], None]) -> None:
        nonlocal watched
        watched += 1
        tell(ClockJump(noon, noon - timedelta(hours=2)))
        await trio.sleep_forever()

    monkeypatch.setattr(own_upkeep, "watch_clock", watch_clock)
    hardware = parse_hardware_map(config_file("hardware_map.json").read_bytes())
    monkeypatch.setattr(own_upkeep, "hardware_map", lambda: hardware)
    idle = SimpleNamespace(runtime=SimpleNamespace(configuration=()), ledger=SimpleNamespace())
    idle.ledger.pictures = None
    async with trio.open_nursery() as nursery:
        daemon = cast("Daemon", idle)
        nursery.start_soon(own_upkeep.own_upkeep, here, chosen, OwnWire(), daemon)
        with trio.fail_after(WITHIN_S):
            while "the clock was set by -7200 s" not in caplog.text:
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    lines = [
        json.loads(line)
        for one in segments(here.flight_dir)
        for line in text_of(one, 10**6).splitlines()
    ]
    assert watched == 1
    assert [line["at"] for line in lines if line["line"] == "clock"] == [
        "2026-03-01T10:00:00+00:00"
    ] * is_recorded


def _crowded(place: Path) -> tuple[Locations, Settings]:
    """A machine of which nothing but a cache lies on a disk that counts as too full."""
    for name in ("config", "data", "cache"):
        (place / name).mkdir()
    (place / "cache" / "thing").write_bytes(b"x" * 5000)
    crowded = DiskSettings(full_pct=0.002, clear_to_pct=0.001)
    here = Locations(place / "config", place / "data", cache_dir=place / "cache")
    return here, Settings(disk=crowded)


def test_a_start_makes_room_before_anything_of_the_machines_memory_is_opened(
    tmp_path: Path,
) -> None:
    here, chosen = _crowded(tmp_path)
    with room_to_start(here, chosen):
        assert not list((tmp_path / "cache").iterdir())
        assert not list((tmp_path / "data").iterdir())


def test_where_there_is_room_a_start_leaves_everything_as_it_is(tmp_path: Path) -> None:
    here, _ = _crowded(tmp_path)
    with room_to_start(here, Settings(disk=DiskSettings(full_pct=100, clear_to_pct=1))):
        assert (tmp_path / "cache" / "thing").exists()


def test_a_disk_that_cannot_be_looked_at_keeps_no_machine_from_its_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with room_to_start(Locations(tmp_path, tmp_path / "nowhere"), Settings()):
        assert "the disk cannot be looked at" in caplog.text


async def test_what_passes_over_the_controllers_wire_is_noted(tmp_path: Path) -> None:
    wire, notebook = OwnWire(), Notebook()
    wire.notebook = notebook
    async with esp32_at(World(INSTANT), tmp_path) as esp32:
        names = ("gate", "sorter", "light", "indicator", "pulse")
        table = {
            "esp32": {"device": str(esp32), "dialect": "ascii"},
            "ports": {
                **{name: {"driver": "esp32"} for name in names},
                **{name: {"driver": "none"} for name in ("slot", "bin", "door")},
                "chamber": {"driver": "gpio", "wires": {"signal": 11}},
                "camera": {"driver": "pictures", "device": str(tmp_path)},
            },
        }
        found = parse_hardware_map(msgspec.json.encode(table))
        async with real_hardware(found, wire) as hardware:
            with trio.fail_after(WITHIN_S):
                await hardware.gate.open()
    ways = [line["way"] for line in notebook.lines]
    assert {"to", "from"} == set(ways)
    said = b"".join(base64.b64decode(line["data"]) for line in notebook.lines)
    assert b"SLOT_OPEN\n" in said
    assert b"ACK_SLOT_OPEN\n" in said


def test_nothing_is_noted_of_the_wire_while_nobody_records() -> None:
    wire = OwnWire()
    wire.append(Message(Speaker.HOST, b"PING\n"))
    wire.notebook = notebook = Notebook()
    wire.append(Message(Speaker.DEVICE, b"PONG\n"))
    (line,) = notebook.lines
    assert (line["line"], line["way"]) == ("wire", "from")
    assert base64.b64decode(line["data"]) == b"PONG\n"
