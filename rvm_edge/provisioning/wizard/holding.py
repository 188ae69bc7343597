"""Which button is held: its page says so all the time, and silence is as good as letting go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import trio

SILENCE_S: Final = 1.0
"""A page that is not heard for so long has let go. It speaks every 0.3 s: see `motors.js`."""

LONGEST_S: Final = 60.0
"""Nobody holds a button for longer; what lies on it may."""


class NotHeldError(Exception):
    """The press is over already, or another one is not. The message says which."""


class Press:
    """One press of a button."""

    def __init__(self, number: int) -> None:
        """Begin to hold it now.

        Args:
            number: under which its page speaks of it.
        """
        self.number = number
        self._heard_s = trio.current_time()
        self._longest_s = self._heard_s + LONGEST_S
        self._let_go = trio.Event()
        self.unheard = False

    def still(self) -> bool:
        """Take note that it is held, and say whether it counts as such."""
        if self._let_go.is_set():
            return False
        self._heard_s = trio.current_time()
        return True

    def let_go(self) -> None:
        """Take note that it is not."""
        self._let_go.set()

    async def over(self) -> None:
        """Return once it is let go: by its finger, by silence, or for having lasted too long."""
        while not self._let_go.is_set():
            until_s = min(self._heard_s + SILENCE_S, self._longest_s)
            with trio.move_on_at(until_s):
                await self._let_go.wait()
            if trio.current_time() >= min(self._heard_s + SILENCE_S, self._longest_s):
                self.unheard = not self._let_go.is_set() and trio.current_time() < self._longest_s
                self._let_go.set()


class Buttons:
    """The page's buttons, of which one is held at a time."""

    def __init__(self) -> None:
        """Hold none."""
        self._latest = 0
        self._press: Press | None = None

    @contextmanager
    def held(self, number: int) -> Iterator[Press]:
        """Hold a button inside.

        Args:
            number: of the press. One that is not above every other came late: its button may have
                been let go since.

        Raises:
            NotHeldError: it came late, or another button is held.
        """
        if number <= self._latest:
            raise NotHeldError("this press is over")
        self._latest = number
        if self._press is not None:
            raise NotHeldError("another button is held")
        press = self._press = Press(number)
        try:
            yield press
        finally:
            press.let_go()
            self._press = None

    def still(self, number: int) -> bool:
        """Take note that a button is held, and say whether it counts as such."""
        return self._press is not None and self._press.number == number and self._press.still()

    def let_go(self, number: int) -> None:
        """Take note that a button is not held; nor will be, if its press has yet to come."""
        self._latest = max(self._latest, number)
        if self._press is not None and self._press.number <= number:
            self._press.let_go()

    def release(self) -> None:
        """Let go of whatever is held, and begin to count anew: another page is in charge."""
        if self._press is not None:
            self._press.let_go()
        self._latest = 0
