"""Two wires: one that writes down what passes over another, one that plays such a record."""

from __future__ import annotations

from itertools import takewhile
from typing import Protocol

import trio

from drivers.esp32.serial_link import BAUD, ByteLink, open_serial
from drivers.ports import DeviceGoneError
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
    """`ByteLink` whose device says what it said, once the host has said what it said.

    It may be closed and opened anew, as often as the host hangs up.

    Attributes:
        deviation: the first difference from the record, by its line; "" while there is none.
    """

    def __init__(self, transcript: list[Message]) -> None:
        self._left = list(transcript)
        self._line = 1
        self._changed = trio.Event()
        self._closed = False
        self.deviation = ""

    @property
    def finished(self) -> bool:
        """Whether everything was said."""
        return not self._left

    @property
    def trouble(self) -> str:
        """Why it was not as recorded, or not all of it, by the record's line; "" if it was."""
        if self.deviation or not self._left:
            return self.deviation
        expected = self._left[0]
        return f"line {self._line}: the {expected.speaker.value} never said {expected.data!r:.60}"

    def open(self) -> ReplayLink:
        """Go on where the record stands.

        Raises:
            DeviceGoneError: something else was said than is recorded.
        """
        if self.deviation:
            raise DeviceGoneError(self.deviation)
        self._closed = False
        return self

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
                return self._next().data
            await self._changed.wait()

    async def send(self, data: bytes) -> None:
        """Check `data` against the record.

        Raises:
            DeviceGoneError: closed from this side, or the host said something else when this was
                recorded.
        """
        while self._left and self._left[0].speaker is Speaker.DEVICE and not self._closed:
            await self._changed.wait()
        if self._closed:
            raise DeviceGoneError("the replay is closed")
        why = self._objection(data)
        if why:
            self.deviation = f"line {self._line}: {why}"
            self.close()
            raise DeviceGoneError(self.deviation)
        self._next()
        await trio.lowlevel.checkpoint()

    def close(self) -> None:
        """Wake whoever waits."""
        self._closed = True
        self._announce()

    def _objection(self, data: bytes) -> str:
        if not self._left:
            return f"the record ends before it, and the host says {data!r:.60}"
        expected = self._left[0].data
        if expected == data:
            return ""
        same = takewhile(lambda pair: pair[0] == pair[1], zip(expected, data, strict=False))
        at = sum(1 for _ in same)
        return f"the record has {expected!r:.60} here, not {data!r:.60}; see byte {at + 1}"

    def _next(self) -> Message:
        self._line += 1
        said = self._left.pop(0)
        self._announce()
        return said

    def _announce(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
