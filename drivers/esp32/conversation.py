"""What both dialects offer over an open wire, and how it is found out which one is spoken."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Protocol

import trio

from drivers.esp32.ascii_session import AsciiSession
from drivers.esp32.dialect import Command, Reply, ReplyParser
from drivers.esp32.framed_dialect import SensorEvent
from drivers.esp32.framed_session import FramedSession
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect, LinkTimings
from drivers.esp32.waking import WakingSession
from drivers.ports import DeviceGoneError


class Conversation(Protocol):
    """One dialect, spoken over one connection."""

    @property
    def dialect(self) -> Dialect:
        """Which one it is; never `Dialect.AUTO`."""
        ...

    @property
    def proven(self) -> bool:
        """Whether the controller has answered in this dialect, and not fallen silent since."""
        ...

    @property
    def beat_s(self) -> float:
        """From one heartbeat to the next."""
        ...

    async def command(self, command: Command, payload: str = "") -> int | None:
        """Have one command carried out; return when the controller has confirmed it.

        Returns:
            What the sensor reads if the command asks one; None for one that gives nothing, and for
            every other command.

        Raises:
            DeviceGoneError: the wire was lost.
            NoAnswerError: the controller stayed silent or restarted; what it did is unknown.
            WrongAnswerError: it confirmed something else, or does not know the command.
            MotionBlockedError: something was in the way, where the dialect can say so.
            StoppedError: `stop` was called meanwhile.
            ValueError: the payload does not fit.
        """
        ...

    async def stop(self) -> bool:
        """Stop what moves, where it is; the command that moved it ends in `StoppedError`.

        Returns:
            False where the dialect, or the controller's firmware, has no word for it.

        Raises:
            DeviceGoneError: the wire was lost.
            NoAnswerError: the controller stayed silent or restarted; what moves is unknown.
        """
        ...

    def hear(self, data: bytes) -> None:
        """Take what has come over the wire."""
        ...

    async def keep_alive(self) -> None:
        """Tell the controller that its host lives. Called every heartbeat; fails silently."""
        ...

    def end(self, gone: DeviceGoneError) -> None:
        """End the command that waits, and refuse every other: the wire is lost."""
        ...


async def agree(
    link: ByteLink,
    dialect: Dialect,
    timings: LinkTimings,
    session_number: Callable[[], int],
    *,
    tell: Callable[[SensorEvent], None],
    forget: Callable[[], None],
) -> Conversation:
    """Find out which dialect the controller speaks. Nobody else reads `link` meanwhile.

    It is greeted in a frame. A controller of the ASCII dialect takes that for a command that it
    does not know, or says nothing; one of the framed dialect welcomes its host. One that boots says
    nothing either: it is greeted once more when it is up.

    Args:
        link: an open wire that has settled.
        dialect: what is wanted.
        timings: of the link.
        session_number: gives a number to every session.
        tell: takes the events of the controller's sensors.
        forget: is called when what they said no longer holds.

    Raises:
        DeviceGoneError: the wire was lost, or the framed dialect is wanted and not spoken.
    """
    if dialect is Dialect.ASCII:
        return AsciiSession(link, timings)
    framed = FramedSession(link, timings, session_number, tell, forget)
    lines = ReplyParser()
    greetings = 1 + timings.frame_retries
    if dialect is Dialect.FRAMED:  # opened anew, its port might have it boot anew, and never be up
        greetings = ceil(timings.boot_s / timings.frame_s)
    knows_lines = False
    while greetings and not knows_lines:
        greetings -= 1
        with trio.move_on_after(timings.frame_s):
            await framed.say_hello()  # a wire that takes nothing must not hold this up
            while not (framed.open or knows_lines):
                data = await link.receive()
                framed.hear(data)
                knows_lines = Reply.UNKNOWN_COMMAND in lines.feed(data)
        if framed.open:
            return framed
    if dialect is Dialect.FRAMED:
        raise DeviceGoneError(
            "the motor controller does not speak the framed dialect; check its firmware, "
            "or set esp32.dialect to auto"
        )
    ascii_session = AsciiSession(link, timings)
    return ascii_session if knows_lines else WakingSession(ascii_session, framed)
