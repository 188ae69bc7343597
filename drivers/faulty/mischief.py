"""The knobs of the fault-injecting ports: which verb fails, how, and how often."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import trio

from drivers.ports import DriverError

T = TypeVar("T")


@dataclass
class Trick:
    """What happens to a verb.

    Attributes:
        error: what it raises; None if it is only delayed.
        delay_s: how long it hangs first; infinity for as long as nobody cancels it.
        acts_first: the driver acts before the error: a lost confirmation.
        times: how many calls are left; None for every call until it is stopped.
    """

    error: DriverError | None = None
    delay_s: float = 0.0
    acts_first: bool = False
    times: int | None = None


class Mischief:
    """Tricks by port and verb, such as ``sorter.drop_item``. Turn them while drivers run."""

    def __init__(self) -> None:
        self._tricks: dict[str, Trick] = {}

    def play(self, verb: str, trick: Trick) -> None:
        """Play `trick` on every call of `verb` from now on."""
        self._tricks[verb] = trick

    def stop(self, verb: str | None = None) -> None:
        """Leave `verb`, or every verb, alone again."""
        if verb is None:
            self._tricks.clear()
        else:
            self._tricks.pop(verb, None)

    async def around(self, port: str, verb: str, act: Callable[[], Awaitable[T]]) -> T:
        """Call a port's verb, with whatever trick is played on it.

        Raises:
            DriverError: the trick's, or the driver's own.
        """
        trick = self._take(f"{port}.{verb}")
        if trick is None:
            return await act()
        if trick.delay_s == math.inf:
            await trio.sleep_forever()
        await trio.sleep(trick.delay_s)
        if trick.error is None:
            return await act()
        if trick.acts_first:
            await act()
        raise trick.error

    def _take(self, verb: str) -> Trick | None:
        trick = self._tricks.get(verb)
        if trick is not None and trick.times is not None:
            trick.times -= 1
            if trick.times <= 0:
                del self._tricks[verb]
        return trick
