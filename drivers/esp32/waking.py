"""A controller that said nothing when it was greeted: it boots, or does not know frames.

It is spoken to in lines until it answers one or is taken for silent, and then greeted in frames
once more, before it is told to do anything: so a firmware that boots for seconds does not stay
without dead-man and Stop.
One that knows lines alone meets that frame at rest, and never another one on this connection.
"""

from __future__ import annotations

from contextlib import suppress

import trio

from drivers.esp32.ascii_session import AsciiSession
from drivers.esp32.dialect import Command, Reply, ReplyParser
from drivers.esp32.framed_session import FramedSession
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, NoAnswerError


class WakingSession:
    """`drivers.esp32.conversation.Conversation` in ASCII, until it turns out to be the other."""

    def __init__(self, lines: AsciiSession, frames: FramedSession) -> None:
        self._lines, self._frames = lines, frames
        self._spoken: AsciiSession | FramedSession = lines
        self._decided = False
        self._deciding = trio.Lock()
        self._greeting = trio.CancelScope()
        self._parser = ReplyParser()

    @property
    def dialect(self) -> Dialect:
        """Which one is spoken now."""
        return self._spoken.dialect

    @property
    def proven(self) -> bool:
        """Whether the controller has answered in it."""
        return self._spoken.proven

    @property
    def beat_s(self) -> float:
        """From one heartbeat to the next."""
        return self._spoken.beat_s

    async def command(self, command: Command, payload: str = "") -> int | None:
        """Have one command carried out, in whichever dialect the controller knows.

        Raises:
            DriverError: as the protocol says.
            ValueError: the payload does not fit.
        """
        async with self._deciding:
            if not self._decided:
                if not self._frames.open:  # else its welcome came after all
                    await self._greet()
                self._spoken = self._frames if self._frames.open else self._lines
                self._decided = True
        return await self._spoken.command(command, payload)

    async def stop(self) -> bool:
        """Stop what moves, where the dialect can.

        Raises:
            DriverError: as the protocol says.
        """
        return await self._spoken.stop()

    def hear(self, data: bytes) -> None:
        """Take what has come over the wire."""
        if self._spoken is self._frames:
            self._frames.hear(data)
            return
        self._lines.hear(data)
        if not self._decided:
            self._frames.hear(data)
            if Reply.UNKNOWN_COMMAND in self._parser.feed(data):
                self._greeting.cancel()

    async def keep_alive(self) -> None:
        """Tell the controller that its host lives."""
        await self._spoken.keep_alive()

    def end(self, gone: DeviceGoneError) -> None:
        """End the command that waits: the wire is lost."""
        self._lines.end(gone)
        self._frames.end(gone)

    async def _greet(self) -> None:
        silence: NoAnswerError | None = None
        try:
            await self._lines.wake()
        except NoAnswerError as error:
            silence = error  # it may know frames alone, and be up by now
        with trio.CancelScope() as self._greeting, suppress(NoAnswerError):
            await self._frames.greet()
        if silence is not None and not self._frames.open:
            raise silence
