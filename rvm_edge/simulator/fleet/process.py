"""Processes in virtual time: what a machine does and waits for, one step after the other."""

from __future__ import annotations

import math
from collections.abc import Generator

from rvm_edge.simulator.agenda import Agenda

Process = Generator[float, None, None]
"""Yields how many seconds it waits; infinity until it is woken."""


class Clock:
    """The time of the simulation, and what is going to happen."""

    __slots__ = ("agenda", "now_s")

    def __init__(self) -> None:
        self.now_s = 0.0
        self.agenda = Agenda()

    def spawn(self, process: Process) -> Task:
        """Begin a process, now but not before whoever calls this has come to a wait."""
        task = Task(self, process)
        self.agenda.put(self.now_s, task)
        return task


class Task:
    """A process that has begun."""

    __slots__ = ("_cancelled", "_clock", "_process", "_sleeps")

    def __init__(self, clock: Clock, process: Process) -> None:
        self._clock = clock
        self._process = process
        self._cancelled = False
        self._sleeps = False

    def __call__(self, now_s: float) -> None:
        """Go on until the next wait: this is what the agenda calls."""
        if self._cancelled:
            return
        self._clock.now_s = now_s
        wait_s = next(self._process, None)
        if wait_s is None:
            self._cancelled = True
        elif wait_s == math.inf:
            self._sleeps = True
        else:
            self._clock.agenda.put(now_s + wait_s, self)

    def wake(self) -> None:
        """Let it go on if it waits for that."""
        if self._sleeps:
            self._sleeps = False
            self._clock.agenda.put(self._clock.now_s, self)

    def cancel(self) -> None:
        """Let it never go on."""
        self._cancelled = True
