"""What the controller's sensors have said unasked, in the framed dialect.

An event is not repeated and may be lost, so that nothing is decided by one alone: it makes whoever
waits for a sensor look at once. While the controller is at work it can be asked nothing, and what
it told last is the best that is known.
"""

from __future__ import annotations

import trio

from drivers.esp32.framed_dialect import Sensor, SensorEvent


class Told:
    """Implements `drivers.ports.Changes`."""

    def __init__(self) -> None:
        """Begin knowing nothing."""
        self._count = 0
        self._last: dict[Sensor, bool] = {}
        self._more = trio.Event()

    def take(self, event: SensorEvent) -> None:
        """Take an event, and wake whoever waits for one."""
        self._last[event.sensor] = event.active
        self._count += 1
        self._more.set()
        self._more = trio.Event()

    def forget(self) -> None:
        """Forget what every sensor said: its session is over, and nobody hears the next change."""
        self._last.clear()

    def last(self, sensor: Sensor) -> bool | None:
        """Return what a sensor said last; None before it has said anything in this session."""
        return self._last.get(sensor)

    @property
    def count(self) -> int:
        """How many changes have been told so far."""
        return self._count

    async def since(self, count: int) -> None:
        """Return once more than `count` changes have been told."""
        await trio.lowlevel.checkpoint()
        while self._count <= count:
            await self._more.wait()
