"""The chamber's lamp, and what the world can say by itself of a lamp that shines for nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.truth import Danger

_KEEP_IT_LIT = (Fault.CONTROLLER_DEAF, Fault.COMMAND_UNKNOWN, Fault.UNPLUGGED)
"""While one of these stands no command reaches the lamp, and nobody is to blame for its light."""

_ABSENT_S = 2.0
"""A host that asked nothing for so long was not there: the shortest of its polls is far shorter."""


class Lamp:
    """Shines on the item for its pictures, and for nothing else.

    It must be dark again some time after it was lit or after the last picture was taken
    (`Timings.lamp_idle_s`). That time begins anew for a host that was dead and is back, and it is
    `Timings.dead_man_s` from the end of a fault that kept every command from the lamp: a host that
    finds its controller again later than that finds it stopped and dark anyway.
    """

    def __init__(
        self, faults: FaultBoard, timings: Timings, report: Callable[[Danger, float], None]
    ) -> None:
        """Build a dark lamp.

        Args:
            faults: what may keep a command from it.
            timings: how long it may shine idly.
            report: takes a danger that came about, and when.
        """
        self._faults = faults
        self._timings = timings
        self._report = report
        self._lit_since_s: float | None = None
        self._lit_before_s = 0.0
        self._dark_by_s = math.inf
        self._exposures = 0
        self._host_seen_s = 0.0
        self.times_lit = 0

    @property
    def lit(self) -> bool:
        """Whether it shines."""
        return self._lit_since_s is not None

    def lit_s(self, now_s: float) -> float:
        """Return how long it has shone in all."""
        return self._lit_before_s + (
            0.0 if self._lit_since_s is None else now_s - self._lit_since_s
        )

    def switch(self, now_s: float, *, on: bool) -> None:
        """Switch it on or off; switching it to what it is changes nothing."""
        self.look(now_s)
        if on and self._lit_since_s is None:
            self.times_lit += 1
            self._lit_since_s = now_s
            self._dark_by_s = now_s + self._timings.lamp_idle_s
        elif not on and self._lit_since_s is not None:
            self._lit_before_s += now_s - self._lit_since_s
            self._lit_since_s = None

    @contextmanager
    def exposure(self, now: Callable[[], float]) -> Iterator[None]:
        """Inside, a picture was asked for and is not there yet."""
        self.look(now())
        self._exposures += 1
        try:
            yield
        finally:
            self.look(now())
            self._exposures -= 1

    def host_asks(self, now_s: float) -> None:
        """Take note that the host is there."""
        self.look(now_s)
        self._host_seen_s = now_s

    def look(self, now_s: float) -> None:
        """Judge the time until now: to be called before anything changes that excuses the light."""
        if not self.lit:
            return
        if any(self._faults.stands(fault) for fault in _KEEP_IT_LIT):
            self._grant(now_s + self._timings.dead_man_s)
        elif self._exposures or now_s - self._host_seen_s > _ABSENT_S:
            self._grant(now_s + self._timings.lamp_idle_s)
        elif now_s > self._dark_by_s:
            self._report(Danger.LIGHT_LEFT_ON, self._dark_by_s)
            self._dark_by_s = math.inf  # once is enough for each time it is lit

    def _grant(self, until_s: float) -> None:
        self._dark_by_s = max(self._dark_by_s, until_s)
