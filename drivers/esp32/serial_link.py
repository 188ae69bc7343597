"""A serial port as a byte stream on trio: pyserial opens and configures it, trio waits for it."""

from __future__ import annotations

import errno
import os
import termios
from typing import Protocol

import serial
import trio

from drivers.ports import DeviceGoneError

BAUD = 115_200
_CHUNK = 4096


class ByteLink(Protocol):
    """A wire that carries bytes both ways."""

    async def receive(self) -> bytes:
        """Wait for bytes and return some; never empty.

        Raises:
            DeviceGoneError: the other end is gone.
        """
        ...

    async def send(self, data: bytes) -> None:
        """Send all of `data`, in one write where the wire takes it.

        Raises:
            DeviceGoneError: the other end is gone.
        """
        ...

    def close(self) -> None:
        """Let go of the wire; who waits on it gets `DeviceGoneError`. Closing twice is fine."""
        ...


class SerialLink:
    """An open serial port, held exclusively. Made by `open_serial`."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._fd: int = port.fileno()
        self._name = str(port.name)

    async def receive(self) -> bytes:
        """Wait for bytes and return some.

        Raises:
            DeviceGoneError: unplugged, which a pty and some adapters report as an end of file and
                others as EIO or ENODEV; or closed from this side.
        """
        while True:
            try:
                await trio.lowlevel.wait_readable(self._open_fd())
                data = os.read(self._open_fd(), _CHUNK)
            except BlockingIOError:
                continue
            except (OSError, trio.ClosedResourceError) as gone:
                raise DeviceGoneError(f"{self._name}: lost while reading ({gone})") from gone
            if not data:
                raise DeviceGoneError(f"{self._name}: unplugged; check the cable")
            return data

    async def send(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            DeviceGoneError: unplugged, or closed from this side.
        """
        await trio.lowlevel.checkpoint()
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._open_fd(), left) :]
            except BlockingIOError:
                await self._writable()
            except OSError as gone:
                raise DeviceGoneError(f"{self._name}: lost while writing ({gone})") from gone

    async def _writable(self) -> None:
        try:
            await trio.lowlevel.wait_writable(self._open_fd())
        except (OSError, trio.ClosedResourceError) as gone:
            raise DeviceGoneError(f"{self._name}: lost while writing ({gone})") from gone

    def _open_fd(self) -> int:
        # The number of a closed descriptor may already be another file's.
        if self._fd < 0:
            raise DeviceGoneError(f"{self._name}: closed")
        return self._fd

    def close(self) -> None:
        """Close the port and wake whoever waits on it."""
        if self._port.is_open:
            trio.lowlevel.notify_closing(self._fd)
            self._fd = -1
            self._port.close()


async def open_serial(path: str, baud: int = BAUD) -> SerialLink:
    """Open a serial port: 8N1, no flow control, exclusively.

    Opening can block on some adapters, so it runs in a thread.

    Raises:
        DeviceGoneError: it is not there, not permitted, or locked by another process.
    """

    def connect() -> serial.Serial:
        return serial.Serial(path, baudrate=baud, timeout=0, write_timeout=0, exclusive=True)

    try:
        return SerialLink(await trio.to_thread.run_sync(connect))
    except (OSError, ValueError, termios.error) as refused:
        raise DeviceGoneError(f"{path}: {_remedy(path, refused)}") from refused


def _remedy(path: str, refused: Exception) -> str:
    code = refused.errno if isinstance(refused, OSError) else None
    if "exclusively lock" in str(refused) or code == errno.EBUSY:
        return f"in use by another process; end it (see: fuser -v {path})"
    if code == errno.EACCES:
        return f"{os.strerror(code)}; add this user to group dialout"
    if isinstance(code, int):
        return f"{os.strerror(code)}; check cable and path (see: ls /dev/serial/by-id)"
    if os.strerror(errno.ENOTTY) in str(refused):
        return "cannot be opened as a serial port: it is none"
    return f"cannot be opened as a serial port ({refused})"
