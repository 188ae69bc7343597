"""The ASCII dialect over an open wire: one command outstanding, and an answer never mistaken.

The dialect has no sequence numbers, so a late answer looks like a punctual one. After anything that
leaves an answer outstanding (a time-out, a cancelled command, a wrong or unexpected line, a new
connection) the link is *in doubt*, and before the next command the controller is pinged until it
answers. It works off its commands in order, so whatever was still to come has come before that
answer, and is thrown away.

A jam does not show in the dialect: the controller stays silent, and the command ends in
`NoAnswerError`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import trio

from drivers.esp32.dialect import (
    REPLY_TO,
    Answer,
    Command,
    Reading,
    Reply,
    ReplyParser,
    encode,
    line_of,
)
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect, LinkTimings
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, WrongAnswerError

STRAGGLER_S: Final = 0.1
"""So long an answer that is still owed may come after a pong: the controller answers in turn."""


@dataclass
class _Question:
    """A command that waits for its answer.

    `lenient` ignores answers to other questions. An unknown command ends any question: a ping that
    is sent while the controller still collects the command before it becomes part of that one, and
    is best asked again at once.
    """

    expected: Reply | Command
    """A command where a sensor is asked, whose reading is the answer."""
    lenient: bool
    over: trio.Event = field(default_factory=trio.Event)
    error: DriverError | None = None
    value: int | None = None

    @property
    def name(self) -> str:
        """What is waited for."""
        if isinstance(self.expected, Reply):
            return self.expected.value
        return f"answer to {self.expected.value}"

    def is_answered_by(self, answer: Answer) -> bool:
        if isinstance(answer, Reading):
            return answer.command is self.expected
        return answer is self.expected

    def end(self, error: DriverError | None = None) -> None:
        if not self.over.is_set():
            self.error = error
            self.over.set()


class AsciiSession:
    """`drivers.esp32.conversation.Conversation` in the ASCII dialect."""

    def __init__(self, link: ByteLink, timings: LinkTimings) -> None:
        self._link = link
        self._timings = timings
        self._talking = trio.Lock()
        self._parser = ReplyParser()
        self._question: _Question | None = None
        self._in_doubt = True
        self._gone: DeviceGoneError | None = None
        self._owed = 0
        self._heard = trio.Event()
        self.dialect = Dialect.ASCII
        self.proven = False
        self.beat_s = timings.heartbeat_s

    async def command(self, command: Command, payload: str = "") -> int | None:
        """Have one command carried out; return what the sensor reads if it asks one.

        Raises:
            DriverError: as the protocol says. Never `MotionBlockedError`.
            ValueError: the payload does not fit.
        """
        frame = encode(command, payload)
        async with self._talking:
            if self._gone is not None:
                raise self._gone
            if self._in_doubt:
                await self._resynchronise()
            self._in_doubt = True
            question = _Question(REPLY_TO.get(command, command), lenient=False)
            await self._exchange(frame, question)
            self._in_doubt = False
            return question.value

    async def wake(self) -> None:
        """Ping the controller until it answers; the next command begins by that again.

        Raises:
            DriverError: as the protocol says.
        """
        async with self._talking:
            if self._gone is not None:
                raise self._gone
            self._in_doubt = True
            await self._resynchronise()

    async def stop(self) -> bool:
        """Stop nothing: the controller reads no line while it carries out another one."""
        await trio.lowlevel.checkpoint()
        return False

    def hear(self, data: bytes) -> None:
        """Take what has come over the wire."""
        for reply in self._parser.feed(data):
            self._hear(reply)

    async def keep_alive(self) -> None:
        """Say nothing: this dialect knows no heartbeat but the machine's own ping."""
        await trio.lowlevel.checkpoint()

    def end(self, gone: DeviceGoneError) -> None:
        """End the command that waits: the wire is lost."""
        self._gone = gone
        if self._question is not None:
            self._question.end(gone)

    async def _resynchronise(self) -> None:
        ping = encode(Command.PING)
        for attempt in range(1, self._timings.resync_pings + 1):
            try:
                await self._exchange(ping, _Question(Reply.PONG, lenient=True))
            except (NoAnswerError, WrongAnswerError) as error:
                if attempt == self._timings.resync_pings:
                    self.proven = self.proven and not isinstance(error, NoAnswerError)
                    raise
            else:
                await self._hear_stragglers()
                return

    async def _hear_stragglers(self) -> None:
        """Wait for what is still owed: the pong may have been an earlier ping's.

        What is sent while the controller reads another command becomes part of that one, and is
        not done.
        """
        with trio.move_on_after(STRAGGLER_S):
            while self._owed:
                await self._heard.wait()
        self._owed = 0  # the rest was lost

    async def _exchange(self, frame: bytes, question: _Question) -> None:
        self._question = question
        try:
            with trio.move_on_after(self._timings.ack_s):
                self._owed += 1
                await self._link.send(frame)
                await question.over.wait()
        except DeviceGoneError:
            self._link.close()
            raise
        finally:
            self._question = None
        if not question.over.is_set():
            what = frame.decode().rstrip()
            raise NoAnswerError(f"{what}: no {question.name} within {self._timings.ack_s:g} s")
        if question.error is not None:
            raise question.error

    def _hear(self, reply: Answer) -> None:
        self.proven = True
        # One that is not known may be several that ran together.
        self._owed = 0 if reply is Reply.UNKNOWN_COMMAND else max(0, self._owed - 1)
        self._heard.set()
        self._heard = trio.Event()
        question = self._question
        if question is None:
            # Nobody asked: a late or doubled answer. A doubled PONG does no harm.
            self._in_doubt = self._in_doubt or reply is not Reply.PONG
        elif question.is_answered_by(reply):
            question.value = reply.value if isinstance(reply, Reading) else None
            question.end()
        elif reply is Reply.UNKNOWN_COMMAND or (not question.lenient and reply is not Reply.PONG):
            question.end(_mistake(question, reply))


def _mistake(question: _Question, reply: Answer) -> WrongAnswerError:
    if reply is Reply.UNKNOWN_COMMAND:
        if isinstance(question.expected, Command):
            return WrongAnswerError(f"the controller does not know {question.expected.value}")
        return WrongAnswerError(
            f"the controller does not know the command that {question.name} answers"
        )
    said = line_of(reply) if isinstance(reply, Reading) else reply.value
    return WrongAnswerError(f"the controller answered {said}, not {question.name}")
