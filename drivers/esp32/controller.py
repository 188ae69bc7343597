"""The motor controller behind its wire, in whichever dialect, through unplugging and replugging."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import trio

from drivers.esp32.conversation import Conversation, agree
from drivers.esp32.dialect import SENSORS, Command
from drivers.esp32.framed_dialect import SensorEvent
from drivers.esp32.frames import NUMBER_MAX
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect, LinkTimings
from drivers.ports import DeviceGoneError, NoAnswerError

__all__ = ["Connect", "Controller", "LinkTimings"]

Connect = Callable[[], Awaitable[ByteLink]]

_NUMBERS: Final = NUMBER_MAX + 1


class _SessionNumbers:
    """Any numbers, but never one twice in a row: a controller takes that for the same session."""

    def __init__(self) -> None:
        self._last = secrets.randbelow(_NUMBERS)

    def __call__(self) -> int:
        self._last = (self._last + 1 + secrets.randbelow(_NUMBERS - 1)) % _NUMBERS
        return self._last


def _ignore(_: SensorEvent) -> None:
    """Nobody wants to know."""


def _forget() -> None:
    """Nobody remembers."""


class Controller:
    """Talks over whatever `connect` opens, and opens it again when it is lost."""

    def __init__(
        self,
        connect: Connect,
        timings: LinkTimings | None = None,
        dialect: Dialect = Dialect.ASCII,
        *,
        session_number: Callable[[], int] | None = None,
        tell: Callable[[SensorEvent], None] = _ignore,
        forget: Callable[[], None] = _forget,
    ) -> None:
        """Do nothing yet; see `run`.

        Args:
            connect: opens the wire.
            timings: of the link.
            dialect: how the controller is spoken to.
            session_number: gives every framed session a number that its predecessor did not have.
            tell: takes what the controller's sensors say unasked, in the framed dialect.
            forget: is called when what they said no longer holds, since nobody may have heard
                what they said after it.
        """
        self._connect = connect
        self._timings = timings or LinkTimings()
        self._dialect = dialect
        self._session_number = session_number or _SessionNumbers()
        self._tell, self._forget = tell, forget
        self._link: ByteLink | None = None
        self._conversation: Conversation | None = None
        self._why_down = self._why_hung_up = ""
        self._at_work = 0
        self._changed = trio.Event()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Controller]:
        """Keep the connection up while the block runs. Entering does not wait for it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_connected)
            nursery.start_soon(self._keep_alive)
            try:
                yield self
            finally:
                nursery.cancel_scope.cancel()

    @property
    def connected(self) -> bool:
        """Whether the port is open and has settled."""
        return self._conversation is not None

    @property
    def spoken(self) -> Dialect | None:
        """The dialect in which the controller answers; None while it answers in none."""
        talking = self._conversation
        return talking.dialect if talking is not None and talking.proven else None

    @property
    def at_work(self) -> bool:
        """Whether something is being done, so that a question has to wait; asking is soon over."""
        return self._at_work > 0

    async def command(self, command: Command, payload: str = "") -> int | None:
        """Have one command carried out; return when the controller has confirmed it.

        A cancelled command may still be carried out; the next one sorts that out.

        Returns:
            What the sensor reads if the command asks one; None for one that gives nothing, and for
            every other command.

        Raises:
            DeviceGoneError: the port is not there, or was lost on the way.
            NoAnswerError: the controller stayed silent or restarted; what it did is unknown.
            WrongAnswerError: it confirmed something else, or does not know the command.
            MotionBlockedError: something was in the way, where the dialect can say so.
            StoppedError: `stop` was called meanwhile.
            ValueError: the payload does not fit.
        """
        conversation = await self._wait_for_conversation()
        self._at_work += command not in SENSORS
        try:
            return await conversation.command(command, payload)
        except NoAnswerError as silence:
            # Whoever was still booting when it was greeted, or has another firmware since, gets
            # another greeting.
            if self._dialect is Dialect.AUTO and not conversation.proven:
                self._hang_up(conversation, str(silence))
            raise
        finally:
            self._at_work -= command not in SENSORS

    async def stop(self) -> bool:
        """Stop what moves, where it is; the command that moved it ends in `StoppedError`.

        Returns:
            False where the dialect that is spoken, or the controller's firmware, cannot.

        Raises:
            DeviceGoneError: the port is not there, or was lost on the way.
            NoAnswerError: the controller stayed silent or restarted; what moves is unknown.
        """
        conversation = await self._wait_for_conversation()
        return await conversation.stop()

    async def _wait_for_conversation(self) -> Conversation:
        with trio.move_on_after(self._timings.settle_s + self._timings.ack_s):
            while not self._why_down:
                if self._conversation is not None:
                    return self._conversation
                await self._changed.wait()
        not_yet = "port does not open" if self._link is None else "firmware does not answer yet"
        raise DeviceGoneError(self._why_down or f"the motor controller's {not_yet}")

    def _hang_up(self, conversation: Conversation, why: str) -> None:
        if self._conversation is conversation and self._link is not None:
            self._why_hung_up = why
            self._link.close()

    async def _keep_alive(self) -> None:
        while True:
            talking = self._conversation
            with trio.move_on_after(talking.beat_s if talking else self._timings.heartbeat_s):
                await self._changed.wait()
                continue
            if talking is not None:
                await talking.keep_alive()

    async def _keep_connected(self) -> None:
        wait_s = self._timings.retry_first_s
        try:
            while True:
                try:
                    self._link = await self._connect()
                    try:
                        conversation = await self._settle(self._link)
                        wait_s = self._timings.retry_first_s
                        await _listen(self._link, conversation)
                    finally:
                        self._link.close()
                except DeviceGoneError as gone:
                    self._go_down(self._why_hung_up or str(gone))
                    self._why_hung_up = ""
                await trio.sleep(wait_s)
                wait_s = min(2 * wait_s, self._timings.retry_cap_s)
        finally:
            self._go_down("the link to the motor controller is closed")

    async def _settle(self, link: ByteLink) -> Conversation:
        self._why_down = ""
        with trio.move_on_after(self._timings.settle_s):
            while True:
                await link.receive()
        self._conversation = await agree(
            link,
            self._dialect,
            self._timings,
            self._session_number,
            tell=self._tell,
            forget=self._forget,
        )
        self._announce()
        return self._conversation

    def _go_down(self, why: str) -> None:
        conversation, self._conversation = self._conversation, None
        self._why_down = why
        if conversation is not None:
            conversation.end(DeviceGoneError(why))
        self._announce()

    def _announce(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


async def _listen(link: ByteLink, conversation: Conversation) -> None:
    while True:
        conversation.hear(await link.receive())
