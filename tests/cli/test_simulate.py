"""`rvm-edge simulate` as a process: served, used, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from drivers.sim.caller import Caller
from drivers.sim.remote import RemoteWorld
from rvm_edge.simulator.hardware import SETTLED, hardware_over, wired
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.simulator.truth import Fate

COMMAND = [sys.executable, "-m", "rvm_edge", "simulate", "--json"]


@contextmanager
def simulate(socket: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    process = subprocess.Popen(
        [*COMMAND, "--socket", str(socket), *options], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=60)


@pytest.mark.parametrize(
    ("dialect", "firmware"),
    [
        (Dialect.ASCII, ()),
        (Dialect.FRAMED, ()),
        (Dialect.AUTO, ("--older-firmware",)),
    ],
    ids=["ascii", "framed", "auto-on-older-firmware"],
)
async def test_a_world_in_another_process_takes_a_bottle_over_serial(
    tmp_path: Path, dialect: Dialect, firmware: tuple[str, ...]
) -> None:
    socket = tmp_path / "world.sock"
    options = ("--travel-scale", "0", *firmware)
    with simulate(socket, *options) as (_, told), Caller(socket) as caller:
        assert told["socket"] == str(socket)
        people = RemotePeople(caller)
        good = next(one for one in await people.specimens() if one.should_accept)
        connect = partial(open_serial, told["serial"])
        direct = hardware_over(RemoteWorld(caller))
        async with wired(direct, connect, SETTLED, dialect) as hardware:
            await hardware.gate.open()
            item = await people.insert(good.name)
            await hardware.gate.close()
            assert await hardware.chamber.is_occupied()
            await hardware.sorter.drop_item()
        assert (await people.await_fate(item.number)).fate is Fate.DROPPED
        assert not (await people.audit()).hazards


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_when_told(tmp_path: Path, how: signal.Signals) -> None:
    with simulate(tmp_path / "world.sock") as (process, _):
        process.send_signal(how)
        assert process.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []


def test_starts_again_after_a_kill(tmp_path: Path) -> None:
    socket = tmp_path / "world.sock"
    with simulate(socket) as (process, _):
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
    assert socket.is_socket()
    with simulate(socket) as (_, told):
        assert told["socket"] == str(socket)


def refused(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False
    )


def test_refuses_a_second_world_in_one_line(tmp_path: Path) -> None:
    socket = tmp_path / "world.sock"
    with simulate(socket):
        second = refused("--socket", str(socket))
    assert second.returncode == 1
    assert second.stderr == f"rvm-edge: {socket}: a simulated world is served here already\n"


def test_refuses_samples_that_are_none_in_one_line(tmp_path: Path) -> None:
    asked = refused("--socket", str(tmp_path / "s"), "--samples", str(tmp_path))
    assert asked.returncode == 1
    assert asked.stderr.count("\n") == 1
    assert "manifest.tsv: No such file or directory; restore data/samples" in asked.stderr
