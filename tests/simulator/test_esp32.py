"""The ESP32 on its pty, as a host with nothing but a serial port meets it."""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
import trio
import trio.lowlevel
from msgspec.structs import replace

from drivers.esp32.serial_link import SerialLink, open_serial
from drivers.ports import DeviceGoneError
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World

WITHIN_S = 30.0


@dataclass
class Host:
    """Somebody at the other end of the wire."""

    world: World
    device: Esp32
    link: SerialLink

    async def say(self, line: str) -> str:
        """Send one line and return what comes until an unquoted answer ends it."""
        await self.link.send(f"{line}\n".encode())
        return await self.hear()

    async def hear(self) -> str:
        heard = ""
        with trio.fail_after(WITHIN_S):
            while not heard.endswith("\n") or heard.endswith("\r\n"):
                heard += (await self.link.receive()).decode()
        return heard.splitlines()[-1]

    async def drain(self, for_s: float = 0.05, *, through: str = "") -> str:
        """Return what comes up to this, and then within so long."""
        heard = ""
        with trio.fail_after(WITHIN_S):
            while through not in heard:
                heard += (await self.link.receive()).decode()
        with trio.move_on_after(for_s):
            while True:
                heard += (await self.link.receive()).decode()
        return heard


@pytest.fixture
async def host(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Host]:
    world = World(replace(INSTANT, motor_bound_s=0.05))
    device = Esp32(world, tmp_path / "ttyESP32")
    await nursery.start(device.run)
    link = await open_serial(str(device.path))
    await trio.sleep(0.01)
    yield Host(world, device, link)
    link.close()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("PING_RPI", "PONG_ESP32"),
        ("SLOT_OPEN", "ACK_SLOT_OPEN"),
        ("SLOT_CLOSE", "ACK_SLOT_CLOSED"),
        ("INTERNAL_LIGHT_ON", "ACK_LIGHT_ON"),
        ("INTERNAL_LIGHT_OFF", "ACK_LIGHT_OFF"),
        ("SORT_VALID_ITEM", "ACK_SORTED"),
        ("RETURN_REJECTED_ITEM", "ACK_ITEM_RETURNED"),
        ("INDICATE_STATUS_IDLE", "ACK_STATUS_INDICATED"),
        ("DISPLAY:Terima kasih", "ACK_DISPLAY"),
        ("OPEN_SESAME", "UNKNOWN_CMD_ESP"),
        ("", "UNKNOWN_CMD_ESP"),
    ],
)
async def test_answers_word_for_word(host: Host, command: str, answer: str) -> None:
    assert await host.say(command) == answer


async def test_logs_and_quotes_its_answers_on_the_same_wire(host: Host) -> None:
    await host.drain()
    await host.link.send(b"PING_RPI\n")
    heard = await host.drain(through="\nPONG_ESP32\n")
    assert "] \r\n" not in heard
    lines = heard.split("\n")
    assert lines[0].endswith("RX from RPi: [PING_RPI]\r")
    assert lines[1].endswith("TX to RPi: [PONG_ESP32]\r")
    assert lines[2:] == ["PONG_ESP32", ""]


async def test_talks_while_it_boots(tmp_path: Path, nursery: trio.Nursery) -> None:
    device = Esp32(World(INSTANT), tmp_path / "tty")
    await nursery.start(device.run)
    link = await open_serial(str(device.path))
    host = Host(World(), device, link)
    # Opening may have flushed it: then a reset brings it again.
    device._world.inject(Fault.CONTROLLER_RESETS, times=1)
    await link.send(b"PING_RPI\n")
    assert "POWERON_RESET" in await host.drain(through="POWERON_RESET")
    link.close()


async def test_shows_what_it_is_told_and_no_more_than_fits(host: Host) -> None:
    await host.say("DISPLAY:Selamat datang")
    assert host.device.displayed == "Selamat datang"
    await host.say("DISPLAY:" + "x" * 100)
    assert host.device.displayed == "x" * 63


async def test_two_commands_in_one_frame_are_none(host: Host) -> None:
    assert await host.say("SLOT_OPEN\nINTERNAL_LIGHT_ON") == "UNKNOWN_CMD_ESP"
    assert host.world.gate_is_closed


async def test_collects_bytes_for_one_frame(tmp_path: Path, nursery: trio.Nursery) -> None:
    world = World(replace(INSTANT, frame_s=0.1))
    device = Esp32(world, tmp_path / "tty")
    await nursery.start(device.run)
    link = await open_serial(str(device.path))
    await link.send(b"SLOT_")
    await trio.sleep(0.01)
    await link.send(b"OPEN\n")
    assert await Host(world, device, link).hear() == "ACK_SLOT_OPEN"
    link.close()


async def test_answers_after_the_deed(host: Host, bottle: Specimen) -> None:
    await host.say("SLOT_OPEN")
    host.world.insert(bottle)
    await host.say("SLOT_CLOSE")
    await host.say("SORT_VALID_ITEM")
    assert host.world.item(1).fate is Fate.DROPPED


async def test_a_jam_is_silence(host: Host, bottle: Specimen) -> None:
    host.world.inject(Fault.SORTER_JAMS, times=1)
    await host.drain()
    await host.link.send(b"SORT_VALID_ITEM\n")
    assert "ACK_SORTED" not in await host.drain(0.2)
    assert await host.say("PING_RPI") == "PONG_ESP32"


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (Fault.CONTROLLER_DEAF, ""),
        (Fault.CONTROLLER_MUTE, ""),
        (Fault.ACK_DUPLICATED, "PONG_ESP32\nPONG_ESP32\n"),
        (Fault.ACK_CORRUPTED, "PON\x7f_ESP32\n"),
        (Fault.ACK_WRONG, "ACK_LIGHT_ON\n"),
        (Fault.COMMAND_UNKNOWN, "UNKNOWN_CMD_ESP\n"),
    ],
)
async def test_misbehaves_as_told_once(host: Host, fault: Fault, heard: str) -> None:
    await host.drain()
    host.world.inject(fault, times=1)
    await host.link.send(b"PING_RPI\n")
    answer = "".join(
        line
        for line in (await host.drain(through=heard)).splitlines(keepends=True)
        if "\r" not in line
    )
    assert answer == heard
    assert await host.say("PING_RPI") == "PONG_ESP32"


async def test_a_late_answer_comes_late(host: Host) -> None:
    await host.drain()
    host.world.inject(Fault.ACK_LATE, value=0.1, times=1)
    began_s = trio.current_time()
    assert await host.say("SLOT_OPEN") == "ACK_SLOT_OPEN"
    assert trio.current_time() - began_s >= 0.1


async def test_unplugging_ends_the_host_and_replugging_gives_the_same_path(host: Host) -> None:
    path = host.device.path
    host.world.inject(Fault.UNPLUGGED)
    with pytest.raises(DeviceGoneError), trio.fail_after(WITHIN_S):
        await host.drain(math.inf)
    assert not is_there(path)
    host.world.clear()
    await wait_for(path)
    again = await open_serial(str(path))
    assert await Host(host.world, host.device, again).say("PING_RPI") == "PONG_ESP32"
    again.close()


async def test_the_deed_outlives_the_cable(host: Host, bottle: Specimen) -> None:
    await host.say("SLOT_OPEN")
    host.world.insert(bottle)
    await host.say("SLOT_CLOSE")
    host.world.inject(Fault.ACK_LATE, value=30, times=1)
    await host.link.send(b"SORT_VALID_ITEM\n")
    await trio.sleep(0.05)
    host.world.inject(Fault.UNPLUGGED)
    await trio.sleep(0.05)
    assert host.world.item(1).fate is Fate.DROPPED


async def test_a_host_that_does_not_read_does_not_block_it(host: Host) -> None:
    for _ in range(300):
        await host.link.send(b"PING_RPI\n")
        await trio.lowlevel.checkpoint()
    await trio.sleep(0.1)
    await host.drain()
    assert await host.say("PING_RPI") == "PONG_ESP32"


async def test_serves_plain_pyserial(host: Host) -> None:
    host.link.close()

    def talk() -> bytes:
        with serial.Serial(str(host.device.path), 115200, timeout=WITHIN_S) as port:
            port.write(b"PING_RPI\n")
            return bytes(port.read_until(b"\nPONG_ESP32\n"))

    assert (await trio.to_thread.run_sync(talk)).endswith(b"\nPONG_ESP32\n")


async def test_leaves_no_link_behind(tmp_path: Path) -> None:
    path = tmp_path / "tty"
    async with trio.open_nursery() as nursery:
        await nursery.start(Esp32(World(INSTANT), path).run)
        assert path.is_symlink()
        nursery.cancel_scope.cancel()
    assert not path.is_symlink()


async def test_replugging_leaks_no_descriptor(host: Host) -> None:
    host.link.close()
    before = open_descriptors()
    for _ in range(5):
        host.world.inject(Fault.UNPLUGGED)
        await trio.sleep(0.01)
        host.world.clear()
        await wait_for(host.device.path)
    assert open_descriptors() == before


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def is_there(path: Path) -> bool:
    return os.path.lexists(path)


async def wait_for(path: Path) -> None:
    with trio.fail_after(WITHIN_S):
        while not is_there(path):
            await trio.sleep(0.005)
