"""What stands in for a part that is not fitted: it says so, and never pretends to have acted."""

from __future__ import annotations

from typing import Final

import trio

from drivers.ports import DriverError, ReadingError, Signal

_NO_BOLT: Final = "this machine has no bolt on its door"


class NoIndicator:
    """`drivers.ports.Indicator` of a machine without a status light: the screen tells people."""

    async def show(self, signal: Signal) -> None:  # noqa: ARG002 - nobody sees it
        """Do nothing."""
        await trio.lowlevel.checkpoint()


class NoBarrier:
    """`drivers.ports.PresenceSensor` where there is none across the slot: nobody is ever seen.

    A donation is begun on the screen, and the gate must feel a hand by itself.
    """

    async def is_occupied(self) -> bool:
        """Say no."""
        await trio.lowlevel.checkpoint()
        return False


class NoBinSensor:
    """`drivers.ports.BinLevel` that does not know: the machine is emptied by the calendar."""

    async def level_pct(self) -> float:
        """Refuse.

        Raises:
            ReadingError: always.
        """
        await trio.lowlevel.checkpoint()
        raise ReadingError("this machine has no sensor in its bin")


class NoDoorSensor:
    """`drivers.ports.DoorLock` without switch or bolt: maintenance is begun on the screen."""

    async def lock(self) -> None:
        """Refuse.

        Raises:
            DriverError: always.
        """
        await trio.lowlevel.checkpoint()
        raise DriverError(_NO_BOLT)

    async def unlock(self) -> None:
        """Refuse.

        Raises:
            DriverError: always.
        """
        await trio.lowlevel.checkpoint()
        raise DriverError(_NO_BOLT)

    async def is_open(self) -> bool:
        """Say no: nobody would see it."""
        await trio.lowlevel.checkpoint()
        return False
