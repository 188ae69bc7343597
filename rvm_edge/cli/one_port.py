"""A serial port that stays open while its driver hangs up and calls again: one transcript of it."""

from __future__ import annotations

import trio

from drivers.esp32.serial_link import ByteLink, open_serial
from drivers.ports import DeviceGoneError
from drivers.replay.links import Listener, RecordingLink


class OnePort:
    """Opens the port once, and gives it out again for as long as it is there.

    Attributes:
        lost: why it is there no more; "" while it is.
    """

    def __init__(self, path: str, baud: int, listener: Listener) -> None:
        self._path, self._baud, self._listener = path, baud, listener
        self._link: ByteLink | None = None
        self.lost = ""

    async def connect(self) -> ByteLink:
        """Return a link to it; the one before must have been closed.

        Raises:
            DeviceGoneError: it is not there, not permitted, locked, or was lost.
        """
        if self.lost:
            raise DeviceGoneError(self.lost)
        if self._link is None:
            try:
                port = await open_serial(self._path, self._baud)
            except DeviceGoneError as gone:
                self.lost = str(gone)
                raise
            self._link = RecordingLink(port, self._listener)
        return _Call(self, self._link)

    def close(self) -> None:
        """Let go of it."""
        if self._link is not None:
            self._link.close()


class _Call:
    """`ByteLink` over the port, which stays open when this is closed."""

    def __init__(self, port: OnePort, link: ByteLink) -> None:
        self._port, self._link = port, link
        self._open = trio.CancelScope()

    async def receive(self) -> bytes:
        """Wait for bytes and return some."""
        closed = self._open.cancel_called
        with trio.CancelScope() as self._open:
            if closed:
                self._open.cancel()
            try:
                return await self._link.receive()
            except DeviceGoneError as gone:
                self._port.lost = str(gone)
                raise
        raise DeviceGoneError("hung up")

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""
        if self._open.cancel_called:
            raise DeviceGoneError("hung up")
        try:
            await self._link.send(data)
        except DeviceGoneError as gone:
            self._port.lost = str(gone)
            raise

    def close(self) -> None:
        """Have whoever waits wait no more."""
        self._open.cancel()
