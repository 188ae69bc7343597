"""The framed dialect over an open wire: every order has a number, and is carried out at most once.

An order is sent again under its number until its outcome has come; the controller carries it out
the first time and repeats what it said the other times. A session is one life of both: a
controller that has restarted refuses the old session's orders, so that an order that was under way
is never carried out again, and its host says hello before the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import (
    Heartbeat,
    Hello,
    Message,
    Nack,
    Order,
    Reason,
    SensorEvent,
    Stop,
    Welcome,
    read_message,
    to_frame,
)
from drivers.esp32.frames import NUMBER_MAX, Frame, FrameParser, encode_frame
from drivers.esp32.question import NeverBegunError, Question, moves, stopped
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect, LinkTimings
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, WrongAnswerError

_BEATS: Final = 3
"""So many heartbeats go into the dead-man's time: one may be lost, and one be late."""


class FramedSession:
    """`drivers.esp32.conversation.Conversation` in the framed dialect.

    Attributes:
        dialect: the framed one.
        open: whether the controller has welcomed this session and has not left it since.
        proven: whether it answered when it was last greeted.
        beat_s: from one heartbeat to the next.
    """

    def __init__(
        self,
        link: ByteLink,
        timings: LinkTimings,
        session_number: Callable[[], int],
        tell: Callable[[SensorEvent], None],
        forget: Callable[[], None],
    ) -> None:
        self._link = link
        self._timings = timings
        self._session_number = session_number
        self._tell, self._forget = tell, forget
        self._talking, self._stopping, self._sending = trio.Lock(), trio.Lock(), trio.Lock()
        self._parser = FrameParser()
        self._session = session_number()
        self._number = self._stops = 0
        self._last_event = 0
        self._questions: list[Question] = []
        self._gone: DeviceGoneError | None = None
        self.dialect = Dialect.FRAMED
        self.open, self.proven = False, True
        self.beat_s = timings.heartbeat_s

    async def say_hello(self) -> None:
        """Ask for this session once, without waiting for the welcome.

        Raises:
            DeviceGoneError: the wire was lost.
        """
        await self._send(Hello(self._timings.dead_man_s), 0, self._session)

    async def greet(self) -> None:
        """Begin another session, and wait until the controller welcomes it.

        Raises:
            DriverError: as the protocol says.
        """
        self._leave()
        self._session = self._session_number()
        self._number = self._last_event = 0
        try:
            await self._insist(Question(Hello(self._timings.dead_man_s), 0))
        except NoAnswerError:
            self.proven = False
            raise

    async def command(self, command: Command, payload: str = "") -> int | None:
        """Have one command carried out; return what the sensor reads if it asks one.

        Raises:
            DriverError: as the protocol says.
            ValueError: the payload does not fit.
        """
        order = Order(command, payload)
        to_frame(order, self._session)
        stops = self._stops
        async with self._talking:
            if not self.open:
                await self.greet()
            try:
                return await self._give(order, stops)
            except NeverBegunError:
                await self.greet()
                return await self._give(order, stops)

    async def stop(self) -> bool:
        """Stop what moves, without waiting for its order to end: that one ends by this.

        What was to be moved, and has not been begun yet, is not begun any more.

        Returns:
            False where its firmware does not know how.

        Raises:
            DriverError: as the protocol says.
        """
        self._stops += 1
        asked_before = list(self._questions)
        async with self._stopping:
            if not self.open and not self._talking.locked():
                async with self._talking:
                    await self.greet()
            try:
                await self._insist(self._next(Stop()))
            except WrongAnswerError:
                return False
            for question in asked_before:
                if moves(question.message):  # not begun yet, its number is too old by now
                    question.end(stopped(question.name))
            return True

    def hear(self, data: bytes) -> None:
        """Take what has come over the wire."""
        for frame in self._parser.feed(data):
            message = read_message(frame)
            # What the host itself may say is an echo, of a firmware that logs what it hears.
            if frame.session == self._session and not isinstance(
                message, Hello | Order | Heartbeat | Stop | None
            ):
                self._take(frame, message)

    async def keep_alive(self) -> None:
        """Send a heartbeat; say hello again to a controller that has restarted meanwhile."""
        try:
            if self.open:
                await self._send(Heartbeat(), 0, self._session)
            elif not self._talking.locked():
                async with self._talking:
                    await self.greet()
        except DriverError:
            # The next command runs into the same, and tells it to who can act on it.
            return

    def end(self, gone: DeviceGoneError) -> None:
        """End the command that waits: the wire is lost."""
        self._gone = gone
        self._leave()
        for question in self._questions:
            question.end(gone)

    async def _give(self, order: Order, stops: int) -> int | None:
        if moves(order) and self._stops != stops:
            raise stopped(order.command.value)
        return await self._insist(self._next(order))

    def _next(self, message: Order | Stop) -> Question:
        self._number = self._number % NUMBER_MAX + 1
        return Question(message, self._number)

    def _beat_for(self, promised_s: float) -> float:
        """Say how often to beat for a controller that stops everything after this time."""
        if promised_s >= self._timings.dead_man_s:
            return self._timings.heartbeat_s  # never, while something is recorded
        return min(self._timings.heartbeat_s, promised_s / _BEATS)

    def _leave(self) -> None:
        """End the session, and forget what its sensors said: they may have changed unheard."""
        self.open = False
        self._forget()

    async def _insist(self, question: Question) -> int | None:
        """Send a message until its outcome has come, or nothing is heard any more."""
        session = self._session
        self._questions.append(question)
        try:
            with trio.move_on_after(self._timings.ack_s):
                unheard = 0
                while unheard <= self._timings.frame_retries and not question.over.is_set():
                    question.heard = False
                    question.sent += 1
                    await self._send(question.message, question.number, session)
                    with trio.move_on_after(self._timings.frame_s):
                        await question.over.wait()
                    unheard = 0 if question.heard else unheard + 1
        finally:
            self._questions.remove(question)
        if not question.over.is_set():
            # Should its numbers and ours have parted company, a new session sets them right.
            if session == self._session:
                self._leave()
            raise NoAnswerError(self._silence(question))
        if question.error is not None:
            raise question.error
        return question.value

    def _silence(self, question: Question) -> str:
        if question.heard:
            return f"{question.name}: no outcome within {self._timings.ack_s:g} s"
        return f"{question.name}: no answer, sent {question.sent} times"

    async def _send(self, message: Message, number: int, session: int) -> None:
        data = encode_frame(to_frame(message, session, number))
        async with self._sending:
            if self._gone is not None:
                raise self._gone
            try:
                await self._link.send(data)
            except DeviceGoneError:
                self._link.close()
                raise

    def _take(self, frame: Frame, message: Message) -> None:
        if isinstance(message, SensorEvent):
            self._take_event(frame.number, message)
            return
        if isinstance(message, Welcome):
            self.open = self.proven = True
            self.beat_s = self._beat_for(message.dead_man_s)
        elif isinstance(message, Nack) and message.reason is Reason.NO_SESSION:
            self._leave()
        for question in self._questions:
            if frame.number == question.number:
                question.take(message)

    def _take_event(self, number: int, event: SensorEvent) -> None:
        # Counts from 1 in every session, and from 1 again after the last number there is; a doubled
        # or overtaken one must not undo a newer one.
        ahead = (number - self._last_event) % (NUMBER_MAX + 1)
        if 0 < ahead <= NUMBER_MAX // 2:
            self._last_event = number
            self._tell(event)
