"""A simulated world in another process, which outlives the death of this one."""

from __future__ import annotations

import msgspec

from drivers.ports import (
    DeviceGoneError,
    DriverError,
    MotionBlockedError,
    NoAnswerError,
    PictureError,
    ReadingError,
    StoppedError,
    WrongAnswerError,
)
from drivers.sim.caller import Caller, RefusalError
from drivers.sim.link import Answer, Arguments, Verb

_ERRORS: dict[str, type[DriverError]] = {
    kind.__name__: kind
    for kind in (
        DeviceGoneError,
        MotionBlockedError,
        NoAnswerError,
        PictureError,
        ReadingError,
        StoppedError,
        WrongAnswerError,
    )
}
_decode = msgspec.json.Decoder(Answer).decode


class RemoteWorld:
    """`drivers.sim.link.SimulatedWorld` over a Unix socket."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def ask(self, verb: Verb, arguments: Arguments | None = None) -> Answer:
        """Do or read what `verb` says.

        Raises:
            DriverError: what the world raised, or that it cannot be reached or understood.
        """
        try:
            answer: Answer = _decode(await self._caller.call(verb.value, arguments))
        except RefusalError as refusal:
            kind = _ERRORS.get(refusal.kind, WrongAnswerError)
            raise kind(refusal.message) from refusal
        except (ValueError, RecursionError) as nonsense:  # msgspec's own errors are ValueErrors
            raise WrongAnswerError(f"{verb.value}: {nonsense}") from nonsense
        return answer
