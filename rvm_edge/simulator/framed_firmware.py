"""The controller's side of the framed dialect: carries every order out at most once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from drivers.esp32.framed_dialect import (
    Ack,
    Done,
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
from drivers.esp32.frames import NUMBER_MAX, Frame

Act = Callable[[Order], Awaitable[Done | None]]
"""Carries out an order and says how it ended; None for one whose end nobody is told."""


class FramedFirmware:
    """What the firmware does with whole frames.

    Attributes:
        dead_man_s: what this session's host was promised; the firmware's own time without one.
    """

    def __init__(
        self,
        act: Act,
        say: Callable[[Frame], None],
        nursery: trio.Nursery,
        dead_man_s: float,
        brake: Callable[[], None] | None = None,
    ) -> None:
        """Wait for a host.

        Args:
            act: carries out an order.
            say: sends a frame to the host.
            nursery: orders are carried out in it, so that the host is heard meanwhile.
            dead_man_s: the longest that a host may stay silent.
            brake: stops what moves, at once; None for a firmware that does not know `Stop`.
        """
        self._act = act
        self._brake = brake
        self._say = say
        self._nursery = nursery
        self._longest_s = self.dead_man_s = dead_man_s
        self._session: int | None = None
        self._last = 0
        self._outcome: Message | None = None
        self._at_work = False
        self._events = 0

    @property
    def session(self) -> int | None:
        """The number of the session that stands, if one does."""
        return self._session

    def forget(self) -> None:
        """Leave the session: the controller restarts, or its dead-man has fired."""
        self._session = None
        self.dead_man_s = self._longest_s

    def tell(self, event: SensorEvent) -> None:
        """Say what a sensor sees, if there is anybody to say it to."""
        if self._session is not None:
            self._events = self._events % NUMBER_MAX + 1
            self._say(to_frame(event, self._session, self._events))

    def take(self, frame: Frame) -> None:
        """Take one frame of the host's, and answer it."""
        message = read_message(frame)
        if isinstance(message, Hello):
            self._greet(frame.session, message)
        elif frame.session != self._session:
            self._answer(frame, Nack(Reason.NO_SESSION))
        elif isinstance(message, Heartbeat):
            self._answer(frame, Ack())
        elif isinstance(message, Order):
            self._take_order(frame, message)
        elif isinstance(message, Stop) and self._brake is not None:
            self._take_stop(frame, self._brake)
        else:
            self._answer(frame, Nack(Reason.UNKNOWN_COMMAND))

    def _greet(self, session: int, hello: Hello) -> None:
        if session != self._session:
            self._session = session
            self._last = self._events = 0
            self._outcome = None
            self.dead_man_s = min(hello.dead_man_s, self._longest_s)
        self._say(to_frame(Welcome(self.dead_man_s), session))

    def _take_order(self, frame: Frame, order: Order) -> None:
        ahead = (frame.number - self._last) % (NUMBER_MAX + 1)
        if ahead == 0:
            self._answer(frame, self._outcome or Ack())
        elif ahead > NUMBER_MAX // 2:
            return  # one that its host has given up since
        elif self._at_work:
            self._answer(frame, Nack(Reason.BUSY))
        else:
            self._last, self._outcome, self._at_work = frame.number, None, True
            self._answer(frame, Ack())
            self._nursery.start_soon(self._carry_out, frame, order)

    def _take_stop(self, frame: Frame, brake: Callable[[], None]) -> None:
        ahead = (frame.number - self._last) % (NUMBER_MAX + 1)
        if ahead > NUMBER_MAX // 2:
            return
        if ahead:
            self._last, self._outcome = frame.number, Ack()
            brake()
        self._answer(frame, Ack())

    async def _carry_out(self, frame: Frame, order: Order) -> None:
        try:
            done = await self._act(order)
        finally:
            self._at_work = False
        if done is None or frame.session != self._session:
            return
        if frame.number == self._last:
            self._outcome = done
        self._answer(frame, done)

    def _answer(self, frame: Frame, message: Message) -> None:
        self._say(to_frame(message, frame.session, frame.number))
