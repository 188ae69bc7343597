"""What waits for an answer of the framed dialect, and which answer ends it how."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from drivers.esp32.dialect import MOTIONS, Command
from drivers.esp32.framed_dialect import (
    Ack,
    Done,
    Hello,
    Message,
    Nack,
    Order,
    Outcome,
    Reason,
    Stop,
    Welcome,
)
from drivers.ports import (
    DriverError,
    MotionBlockedError,
    NoAnswerError,
    StoppedError,
    WrongAnswerError,
)


class NeverBegunError(NoAnswerError):
    """The only copy of an order that was ever sent was refused: it may be given once more."""


@dataclass
class Question:
    """An order, a hello or a stop that waits for its answer.

    Attributes:
        message: what was said.
        number: under which.
        sent: how often.
        heard: whether anything was answered since it was sent last.
        value: what the sensor that was asked reads.
        over: set once it has its outcome.
        error: what went wrong.
    """

    message: Order | Hello | Stop
    number: int
    sent: int = 0
    heard: bool = False
    value: int | None = None
    over: trio.Event = field(default_factory=trio.Event)
    error: DriverError | None = None

    def end(self, error: DriverError | None = None) -> None:
        """End it, unless it is over."""
        if not self.over.is_set():
            self.error = error
            self.over.set()

    @property
    def name(self) -> str:
        """What it is, for a technician."""
        if isinstance(self.message, Order):
            return self.message.command.value
        return "hello" if isinstance(self.message, Hello) else "stop"

    def take(self, message: Message) -> None:
        """Take what was answered under its number."""
        asked = self.message
        self.heard = True
        if isinstance(asked, Hello):
            if isinstance(message, Welcome):
                self.end()
        elif isinstance(asked, Order) and isinstance(message, Done):
            self.value = message.value
            self.end(_failure(asked.command, message))
        elif isinstance(asked, Stop) and isinstance(message, Ack):
            self.end()
        elif isinstance(message, Nack) and message.reason is not Reason.BUSY:
            self.end(_refusal(self, message.reason))


def moves(message: Message) -> bool:
    """Say whether it has a motor turned."""
    return isinstance(message, Order) and message.command in MOTIONS


def stopped(name: str) -> StoppedError:
    """Return what an order of that name ends in when it is stopped."""
    return StoppedError(f"{name}: stopped on the way")


def _failure(command: Command, done: Done) -> DriverError | None:
    if done.command is not command:
        return WrongAnswerError(
            f"the controller confirmed {done.command.value}, not {command.value}"
        )
    if done.outcome is Outcome.STOPPED:
        return stopped(command.value)
    if done.outcome is Outcome.BLOCKED:
        return MotionBlockedError(f"{command.value}: something was in the way")
    return None


def _refusal(question: Question, reason: Reason) -> DriverError:
    if reason is Reason.UNKNOWN_COMMAND:
        return WrongAnswerError(f"the controller does not know {question.name}")
    error = NeverBegunError if question.sent == 1 else NoAnswerError
    return error(f"{question.name}: the controller has restarted; what it did is unknown")
