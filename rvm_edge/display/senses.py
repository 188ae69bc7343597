"""What was last read of the machine's senses. Nothing is read for the screen's sake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from drivers.ports import DriverError
from rvm_edge.bridges.local.view import Sensors

V = TypeVar("V", bool, float)


class Sense(Generic[V]):
    """One sense, as it was when somebody last asked it.

    Attributes:
        value: what it read; None if it never was, or failed.
        trouble: why it failed; "" if it did not.
    """

    def __init__(self) -> None:
        self.value: V | None = None
        self.trouble = ""

    async def noting(self, read: Callable[[], Awaitable[V]]) -> V:
        """Read, and remember what came of it.

        Raises:
            DriverError: as `read` does.
        """
        try:
            value = await read()
        except DriverError as error:
            self.value, self.trouble = None, str(error)
            raise
        self.value, self.trouble = value, ""
        return value


class Senses:
    """All senses of the machine.

    Attributes:
        bin: how full, in percent.
        door: whether it stands open.
        slot: whether something is there.
        chamber: likewise.
        scale: in grams above the tare.
        thermometer: in degrees Celsius.
    """

    def __init__(self) -> None:
        self.bin: Sense[float] = Sense()
        self.door: Sense[bool] = Sense()
        self.slot: Sense[bool] = Sense()
        self.chamber: Sense[bool] = Sense()
        self.scale: Sense[float] = Sense()
        self.thermometer: Sense[float] = Sense()

    @property
    def last(self) -> Sensors:
        """What was last read of each."""
        return Sensors(
            bin_pct=self.bin.value,
            door_open=self.door.value,
            slot_occupied=self.slot.value,
            chamber_occupied=self.chamber.value,
            weight_g=self.scale.value,
            temperature_c=self.thermometer.value,
        )

    def troubles(self) -> Iterator[tuple[str, str]]:
        """Yield every sense that failed when it was last asked, by its port's name, and why."""
        for name, sense in vars(self).items():
            if sense.trouble:
                yield name, sense.trouble
