"""What the simulated drivers ask of a simulated world: one function from verb to answer.

Two worlds answer it: the simulator itself, in the same process (works in virtual time), and
`RemoteWorld`, its client over a Unix socket (survives the death of the asking process).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Protocol

import msgspec
import trio

from drivers.ports import NoAnswerError, WrongAnswerError


class Verb(Enum):
    """Everything a machine's host may ask of its parts."""

    GATE_OPEN = "gate.open"
    GATE_CLOSE = "gate.close"
    SORTER_HOME = "sorter.home"
    SORTER_DROP = "sorter.drop"
    SORTER_RETURN = "sorter.return"
    LIGHT_ON = "light.on"
    LIGHT_OFF = "light.off"
    INDICATE = "indicator.show"
    BEAT = "pulse.beat"
    STOP = "brake.stop"
    PICTURE = "camera.picture"
    CHAMBER = "chamber.occupied"
    SLOT = "slot.occupied"
    BIN_LEVEL = "bin.level"
    DOOR_LOCK = "door.lock"
    DOOR_UNLOCK = "door.unlock"
    DOOR_OPEN = "door.open"
    WEIGH = "scale.weight"
    TARE = "scale.tare"
    TEMPERATURE = "thermometer.temperature"


class Shot(msgspec.Struct, frozen=True):
    """A picture on its way from the simulated camera.

    Attributes:
        data: the encoded picture.
        encoding: a value of `drivers.ports.Encoding`.
        sequence: rises with every exposure; a frozen camera repeats it.
    """

    data: bytes
    encoding: str
    sequence: int


Scalar = str | int | float | bool | None
Arguments = Mapping[str, Scalar]
Answer = Scalar | Shot


class SimulatedWorld(Protocol):
    """A simulated machine, as seen by its host."""

    async def ask(self, verb: Verb, arguments: Arguments | None = None) -> Answer:
        """Do or read what `verb` says; return when it is done.

        Raises:
            DriverError: what the part's own driver would have raised.
        """
        ...


async def ask_within(
    world: SimulatedWorld, verb: Verb, timeout_s: float, arguments: Arguments | None = None
) -> Answer:
    """Ask, and give up after `timeout_s`.

    Raises:
        NoAnswerError: the world stayed silent. What it did is unknown.
        DriverError: as the world says.
    """
    with trio.move_on_after(timeout_s):
        return await world.ask(verb, arguments)
    raise NoAnswerError(f"{verb.value}: no answer within {timeout_s:g} s")


async def command(
    world: SimulatedWorld, verb: Verb, timeout_s: float, arguments: Arguments | None = None
) -> None:
    """Ask for an action; its answer carries nothing."""
    await ask_within(world, verb, timeout_s, arguments)


async def read_number(world: SimulatedWorld, verb: Verb, timeout_s: float) -> float:
    """Ask for a number.

    Raises:
        WrongAnswerError: it was something else.
    """
    answer = await ask_within(world, verb, timeout_s)
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        raise WrongAnswerError(f"{verb.value}: expected a number, got {answer!r:.60}")
    return float(answer)


async def read_yes_or_no(world: SimulatedWorld, verb: Verb, timeout_s: float) -> bool:
    """Ask a yes-or-no question.

    Raises:
        WrongAnswerError: it was neither.
    """
    answer = await ask_within(world, verb, timeout_s)
    if not isinstance(answer, bool):
        raise WrongAnswerError(f"{verb.value}: expected yes or no, got {answer!r:.60}")
    return answer
