"""The motor controller behind its wire: one command outstanding, and an answer never mistaken.

The dialect has no sequence numbers, so a late answer looks like a punctual one. After anything that
leaves an answer outstanding (a time-out, a cancelled command, a wrong or unexpected line, a new
connection) the link is *in doubt*, and before the next command the controller is pinged until it
answers. It works off its commands in order, so whatever was still to come has come before that
answer, and is thrown away.

A jam does not show in the dialect: the controller stays silent, and the command ends in
`NoAnswerError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from drivers.esp32.dialect import REPLY_TO, Command, Reply, ReplyParser, encode
from drivers.esp32.serial_link import ByteLink
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, WrongAnswerError

Connect = Callable[[], Awaitable[ByteLink]]


@dataclass(frozen=True)
class LinkTimings:
    """Times of the link, in seconds.

    Attributes:
        ack_s: how long a command may take; the mechanism's longest run is well below it.
        settle_s: after opening, whatever comes for this long is thrown away: an ESP32 may reboot
            when its port is opened, and talks while it does.
        retry_first_s: from losing the port to the first attempt to open it again.
        retry_cap_s: the longest wait between two attempts.
        resync_pings: how many pings may go unanswered before the controller counts as silent.
    """

    ack_s: float = 3.0
    settle_s: float = 2.0
    retry_first_s: float = 0.2
    retry_cap_s: float = 5.0
    resync_pings: int = 2


@dataclass
class _Question:
    """A command that waits for its answer.

    `lenient` ignores answers to other questions. An unknown command ends any question: a ping that
    is sent while the controller still collects the command before it becomes part of that one, and
    is best asked again at once.
    """

    expected: Reply
    lenient: bool
    over: trio.Event = field(default_factory=trio.Event)
    error: DriverError | None = None

    def end(self, error: DriverError | None = None) -> None:
        if not self.over.is_set():
            self.error = error
            self.over.set()


class Controller:
    """Speaks the dialect over whatever `connect` opens, and opens it again when it is lost."""

    def __init__(self, connect: Connect, timings: LinkTimings | None = None) -> None:
        self._connect = connect
        self._timings = timings or LinkTimings()
        self._talking = trio.Lock()
        self._question: _Question | None = None
        self._in_doubt = True
        self._link: ByteLink | None = None
        self._why_down = ""
        self._changed = trio.Event()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Controller]:
        """Keep the connection up while the block runs. Entering does not wait for it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_connected)
            try:
                yield self
            finally:
                nursery.cancel_scope.cancel()

    @property
    def connected(self) -> bool:
        """Whether the port is open and has settled."""
        return self._link is not None

    async def command(self, command: Command, payload: str = "") -> None:
        """Have one command carried out; return when the controller has confirmed it.

        A cancelled command may still be carried out; the next one sorts that out.

        Raises:
            DeviceGoneError: the port is not there, or was lost on the way.
            NoAnswerError: the controller stayed silent; what it did is unknown.
            WrongAnswerError: it confirmed something else, or does not know the command.
            ValueError: the payload does not fit.
        """
        frame = encode(command, payload)
        async with self._talking:
            link = await self._wait_for_link()
            if self._in_doubt:
                await self._resynchronise(link)
            self._in_doubt = True
            await self._exchange(link, frame, _Question(REPLY_TO[command], lenient=False))
            self._in_doubt = False

    async def _wait_for_link(self) -> ByteLink:
        with trio.move_on_after(self._timings.settle_s + self._timings.ack_s):
            while not self._why_down:
                if self._link is not None:
                    return self._link
                await self._changed.wait()
        raise DeviceGoneError(self._why_down or "the motor controller's port does not open")

    async def _resynchronise(self, link: ByteLink) -> None:
        ping = encode(Command.PING)
        for attempt in range(1, self._timings.resync_pings + 1):
            try:
                await self._exchange(link, ping, _Question(Reply.PONG, lenient=True))
            except (NoAnswerError, WrongAnswerError):
                if attempt == self._timings.resync_pings:
                    raise
            else:
                return

    async def _exchange(self, link: ByteLink, frame: bytes, question: _Question) -> None:
        self._question = question
        try:
            with trio.move_on_after(self._timings.ack_s):
                await link.send(frame)
                await question.over.wait()
        except DeviceGoneError:
            link.close()
            raise
        finally:
            self._question = None
        if not question.over.is_set():
            what = frame.decode().rstrip()
            raise NoAnswerError(
                f"{what}: no {question.expected.value} within {self._timings.ack_s:g} s"
            )
        if question.error is not None:
            raise question.error

    def _hear(self, reply: Reply) -> None:
        question = self._question
        if question is None:
            # Nobody asked: a late or doubled answer. A doubled PONG does no harm.
            self._in_doubt = self._in_doubt or reply is not Reply.PONG
        elif reply is question.expected:
            question.end()
        elif reply is Reply.UNKNOWN_COMMAND or (not question.lenient and reply is not Reply.PONG):
            question.end(WrongAnswerError(_mistake(question.expected, reply)))

    async def _keep_connected(self) -> None:
        wait_s = self._timings.retry_first_s
        try:
            while True:
                try:
                    link = await self._connect()
                    try:
                        await self._settle(link)
                        wait_s = self._timings.retry_first_s
                        await self._listen(link)
                    finally:
                        link.close()
                except DeviceGoneError as gone:
                    self._go_down(str(gone))
                await trio.sleep(wait_s)
                wait_s = min(2 * wait_s, self._timings.retry_cap_s)
        finally:
            self._go_down("the link to the motor controller is closed")

    async def _settle(self, link: ByteLink) -> None:
        self._why_down = ""
        with trio.move_on_after(self._timings.settle_s):
            while True:
                await link.receive()
        self._in_doubt = True
        self._link = link
        self._announce()

    async def _listen(self, link: ByteLink) -> None:
        parser = ReplyParser()
        while True:
            for reply in parser.feed(await link.receive()):
                self._hear(reply)

    def _go_down(self, why: str) -> None:
        self._link = None
        self._why_down = why
        if self._question is not None:
            self._question.end(DeviceGoneError(why))
        self._announce()

    def _announce(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


def _mistake(expected: Reply, reply: Reply) -> str:
    if reply is Reply.UNKNOWN_COMMAND:
        return f"the controller does not know the command that {expected.value} answers"
    return f"the controller answered {reply.value}, not {expected.value}"
