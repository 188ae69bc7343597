"""A real serial port (a pty): unplugged, locked, missing, closed, flooded."""

from __future__ import annotations

import errno
import os
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
import trio
from trio.testing import wait_all_tasks_blocked

from drivers.esp32.serial_link import SerialLink, open_serial
from drivers.ports import DeviceGoneError


@dataclass
class Pty:
    """The device's end of the wire."""

    master: int
    slave: int
    path: str

    def say(self, data: bytes) -> None:
        os.write(self.master, data)

    def unplug(self) -> None:
        if self.master >= 0:
            os.close(self.slave)
            os.close(self.master)
            self.master = -1


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    tty.setraw(slave)
    device = Pty(master, slave, os.ttyname(slave))
    yield device
    device.unplug()


@pytest.fixture
async def link(pty: Pty) -> SerialLink:
    return await open_serial(pty.path)


async def test_carries_bytes_both_ways(pty: Pty, link: SerialLink) -> None:
    await link.send(b"PING_RPI\n")
    assert os.read(pty.master, 100) == b"PING_RPI\n"
    pty.say(b"PONG_ESP32\n")
    assert await link.receive() == b"PONG_ESP32\n"
    link.close()


async def test_waits_for_bytes(pty: Pty, link: SerialLink) -> None:
    got: list[bytes] = []

    async def listen() -> None:
        got.append(await link.receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        assert got == []
        pty.say(b"late")
    assert got == [b"late"]
    link.close()


async def test_unplugged_while_waiting_is_gone(pty: Pty, link: SerialLink) -> None:
    async with trio.open_nursery() as nursery:

        async def listen() -> None:
            with pytest.raises(DeviceGoneError, match=pty.path):
                await link.receive()

        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        pty.unplug()
    link.close()


async def test_unplugged_before_sending_is_gone(pty: Pty, link: SerialLink) -> None:
    pty.unplug()
    with pytest.raises(DeviceGoneError, match="lost while writing"):
        await link.send(b"PING_RPI\n")
    link.close()


async def test_closing_wakes_whoever_waits(link: SerialLink) -> None:
    async with trio.open_nursery() as nursery:

        async def listen() -> None:
            with pytest.raises(DeviceGoneError):
                await link.receive()

        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        link.close()
        link.close()


async def test_a_closed_link_touches_no_other_file(link: SerialLink, tmp_path: Path) -> None:
    link.close()
    descriptors = [os.open(tmp_path / str(n), os.O_CREAT | os.O_RDWR) for n in range(8)]
    with pytest.raises(DeviceGoneError):
        await link.send(b"SORT_VALID_ITEM\n")
    with pytest.raises(DeviceGoneError):
        await link.receive()
    assert [os.fstat(descriptor).st_size for descriptor in descriptors] == [0] * 8
    for descriptor in descriptors:
        os.close(descriptor)


async def test_a_device_that_does_not_read_blocks_only_the_sender(
    pty: Pty, link: SerialLink
) -> None:
    flood = b"x" * 200_000
    received = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(link.send, flood)
        await wait_all_tasks_blocked()
        while received < len(flood):
            await trio.lowlevel.wait_readable(pty.master)
            received += len(os.read(pty.master, 65_536))
    assert received == len(flood)
    link.close()


async def test_a_blocked_sender_can_be_cancelled(link: SerialLink) -> None:
    with trio.move_on_after(0.02) as scope:
        await link.send(b"x" * 200_000)
    assert scope.cancelled_caught
    link.close()


async def test_a_locked_port_names_port_and_remedy(pty: Pty, link: SerialLink) -> None:
    with pytest.raises(DeviceGoneError, match=rf"{pty.path}: in use .* fuser -v {pty.path}"):
        await open_serial(pty.path)
    link.close()


async def test_port_locked_heals(pty: Pty, link: SerialLink) -> None:
    with pytest.raises(DeviceGoneError):
        await open_serial(pty.path)
    link.close()
    (await open_serial(pty.path)).close()


async def test_a_missing_port_names_port_and_remedy(tmp_path: Path) -> None:
    with pytest.raises(DeviceGoneError, match=r"nowhere: No such file or directory; check cable"):
        await open_serial(str(tmp_path / "nowhere"))


async def test_what_is_no_port_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    with pytest.raises(DeviceGoneError, match="plain"):
        await open_serial(str(plain))


async def test_refused_openings_leak_no_descriptor(pty: Pty, link: SerialLink) -> None:
    before = open_descriptors()
    for _ in range(5):
        with pytest.raises(DeviceGoneError):
            await open_serial(pty.path)
    assert open_descriptors() == before
    link.close()


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.EBUSY, "in use by another process; end it"),
        (errno.EACCES, "Permission denied; add this user to group dialout"),
        (errno.EIO, "Input/output error; check cable and path"),
    ],
)
async def test_each_refusal_has_its_own_remedy(
    code: int, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise serial.SerialException(code, "could not open port")

    monkeypatch.setattr(serial, "Serial", refuses)
    with pytest.raises(DeviceGoneError, match=f"^/dev/ttyTHS1: {remedy}"):
        await open_serial("/dev/ttyTHS1")


async def test_a_file_that_is_no_serial_port_is_said_to_be_none() -> None:
    with pytest.raises(DeviceGoneError, match=r"^/dev/null: cannot be opened .* it is none$"):
        await open_serial("/dev/null")
