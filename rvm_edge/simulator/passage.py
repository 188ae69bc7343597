"""The passage of time in the simulated world, on trio's clock, real or mocked."""

from __future__ import annotations

from collections.abc import Callable

import trio

from rvm_edge.simulator.agenda import Agenda


class Passage:
    """The present, what is going to happen, and waiting for it.

    Outside of a trio run time stands still at the last moment that was looked at.
    """

    def __init__(self) -> None:
        self.agenda = Agenda()
        self._now_s = 0.0
        self._changed = trio.Event()

    def now(self) -> float:
        """Let everything happen that is due, and return the present in seconds."""
        if trio.lowlevel.in_trio_run():
            self._now_s = trio.current_time()
            if self.agenda.advance(self._now_s):
                self.touch()
        return self._now_s

    def touch(self) -> None:
        """Wake whoever waits: something changed."""
        self._changed.set()
        self._changed = trio.Event()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds`; it is asked after every change. What it raises is raised here."""
        await trio.lowlevel.checkpoint()
        while True:
            self.now()
            if holds():
                return
            changed = self._changed
            with trio.move_on_at(self.agenda.next_at_s()):
                await changed.wait()

    async def after(self, seconds: float, unless: Callable[[], None]) -> None:
        """Wait for `seconds`; `unless` may end it earlier by raising."""
        end_s = self.now() + seconds
        self.agenda.put(end_s, lambda _: None)

        def over() -> bool:
            unless()
            return self.now() >= end_s

        await self.until(over)

    async def forever(self, unless: Callable[[], None]) -> None:
        """Wait until `unless` raises."""

        def never() -> bool:
            unless()
            return False

        await self.until(never)
