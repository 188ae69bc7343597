"""Two wires: one that writes down what passes over another, one that plays such a record."""

from __future__ import annotations

from typing import Protocol

import trio

from drivers.esp32.serial_link import BAUD, ByteLink, open_serial
from drivers.ports import DeviceGoneError, WrongAnswerError
from drivers.replay.transcript import Message, Speaker


class Listener(Protocol):
    """Hears what passes over a wire; a list will do. Must not wait."""

    def append(self, said: Message, /) -> None:
        """Take what was said."""
        ...


class RecordingLink:
    """`ByteLink` that passes everything on to `inner` and appends it to `transcript`."""

    def __init__(self, inner: ByteLink, transcript: Listener) -> None:
        self._inner = inner
        self._transcript = transcript

    async def receive(self) -> bytes:
        """Wait for bytes and return some."""
        data = await self._inner.receive()
        self._transcript.append(Message(Speaker.DEVICE, data))
        return data

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""
        # Written down first: a fast device answers before `send` has returned.
        self._transcript.append(Message(Speaker.HOST, data))
        await self._inner.send(data)

    def close(self) -> None:
        """Let go of the wire."""
        self._inner.close()


async def open_heard(device: str, listener: Listener | None, baud: int = BAUD) -> ByteLink:
    """Open a serial port of which `listener` hears everything, where there is one.

    Raises:
        DeviceGoneError: it is not there, not permitted, or locked by another process.
    """
    link = await open_serial(device, baud)
    return link if listener is None else RecordingLink(link, listener)


class ReplayLink:
    """`ByteLink` whose device says what it said, once the host has said what it said."""

    def __init__(self, transcript: list[Message]) -> None:
        self._left = list(transcript)
        self._changed = trio.Event()
        self._closed = False

    @property
    def finished(self) -> bool:
        """Whether everything was said."""
        return not self._left

    async def receive(self) -> bytes:
        """Wait until it is the device's turn and return what it said.

        Raises:
            DeviceGoneError: closed from this side.
        """
        await trio.lowlevel.checkpoint()
        while True:
            if self._closed:
                raise DeviceGoneError("the replay is closed")
            if self._left and self._left[0].speaker is Speaker.DEVICE:
                said = self._left.pop(0)
                self._announce()
                return said.data
            await self._changed.wait()

    async def send(self, data: bytes) -> None:
        """Check `data` against the record.

        Raises:
            WrongAnswerError: the host said something else when this was recorded, or it is not
                the host's turn.
        """
        while self._left and self._left[0].speaker is Speaker.DEVICE and not self._closed:
            await self._changed.wait()
        expected = self._left[0].data if self._left else b""
        if data != expected:
            raise WrongAnswerError(f"the record has {expected!r:.60} here, not {data!r:.60}")
        self._left.pop(0)
        self._announce()
        await trio.lowlevel.checkpoint()

    def close(self) -> None:
        """Wake whoever waits."""
        self._closed = True
        self._announce()

    def _announce(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
