"""One wrapper per port. Each verb asks `Mischief` first; names are ``<name>.<verb>``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from drivers.faulty.mischief import Mischief
from drivers.ports import (
    BinGauge,
    BinLevel,
    Camera,
    DoorLock,
    Frame,
    Gate,
    Indicator,
    Light,
    PresenceSensor,
    Pulse,
    Scale,
    Signal,
    Sorter,
    Thermometer,
)


@dataclass(frozen=True)
class FaultyCamera:
    """`drivers.ports.Camera` that fails on request."""

    inner: Camera
    mischief: Mischief
    name: str = "camera"

    async def take_picture(self) -> Frame:
        """Take one new picture."""
        return await self.mischief.around(f"{self.name}.take_picture", self.inner.take_picture)


@dataclass(frozen=True)
class FaultyGate:
    """`drivers.ports.Gate` that fails on request."""

    inner: Gate
    mischief: Mischief
    name: str = "gate"

    async def open(self) -> None:
        """Open the slot."""
        await self.mischief.around(f"{self.name}.open", self.inner.open)

    async def close(self) -> None:
        """Close the slot."""
        await self.mischief.around(f"{self.name}.close", self.inner.close)


@dataclass(frozen=True)
class FaultySorter:
    """`drivers.ports.Sorter` that fails on request."""

    inner: Sorter
    mischief: Mischief
    name: str = "sorter"

    async def home(self) -> None:
        """Bring the mechanism to rest."""
        await self.mischief.around(f"{self.name}.home", self.inner.home)

    async def drop_item(self) -> None:
        """Drop the item."""
        await self.mischief.around(f"{self.name}.drop_item", self.inner.drop_item)

    async def return_item(self) -> None:
        """Hand the item back."""
        await self.mischief.around(f"{self.name}.return_item", self.inner.return_item)


@dataclass(frozen=True)
class FaultyLight:
    """`drivers.ports.Light` that fails on request."""

    inner: Light
    mischief: Mischief
    name: str = "light"

    async def on(self) -> None:
        """Switch on."""
        await self.mischief.around(f"{self.name}.on", self.inner.on)

    async def off(self) -> None:
        """Switch off."""
        await self.mischief.around(f"{self.name}.off", self.inner.off)


@dataclass(frozen=True)
class FaultyIndicator:
    """`drivers.ports.Indicator` that fails on request."""

    inner: Indicator
    mischief: Mischief
    name: str = "indicator"

    async def show(self, signal: Signal) -> None:
        """Show `signal`."""
        await self.mischief.around(f"{self.name}.show", partial(self.inner.show, signal))


@dataclass(frozen=True)
class FaultyPresenceSensor:
    """`drivers.ports.PresenceSensor` that fails on request."""

    inner: PresenceSensor
    mischief: Mischief
    name: str = "presence"

    async def is_occupied(self) -> bool:
        """Read the barrier."""
        return await self.mischief.around(f"{self.name}.is_occupied", self.inner.is_occupied)


@dataclass(frozen=True)
class FaultyBinLevel:
    """`drivers.ports.BinLevel` that fails on request."""

    inner: BinLevel
    mischief: Mischief
    name: str = "bin"

    async def level_pct(self) -> float:
        """Measure the bin."""
        return await self.mischief.around(f"{self.name}.level_pct", self.inner.level_pct)


@dataclass(frozen=True)
class FaultyBinGauge:
    """`drivers.ports.BinGauge` that fails on request."""

    inner: BinGauge
    mischief: Mischief
    name: str = "bin"

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is."""
        return await self.mischief.around(f"{self.name}.distance_cm", self.inner.distance_cm)

    def set_depth(self, *, empty_cm: float, full_cm: float) -> None:
        """Go by these distances from now on."""
        self.inner.set_depth(empty_cm=empty_cm, full_cm=full_cm)

    def forget_depth(self) -> None:
        """Go by what the machine was built with."""
        self.inner.forget_depth()


@dataclass(frozen=True)
class FaultyDoorLock:
    """`drivers.ports.DoorLock` that fails on request."""

    inner: DoorLock
    mischief: Mischief
    name: str = "door"

    async def lock(self) -> None:
        """Throw the bolt."""
        await self.mischief.around(f"{self.name}.lock", self.inner.lock)

    async def unlock(self) -> None:
        """Draw the bolt."""
        await self.mischief.around(f"{self.name}.unlock", self.inner.unlock)

    async def is_open(self) -> bool:
        """Read the door's switch."""
        return await self.mischief.around(f"{self.name}.is_open", self.inner.is_open)


@dataclass(frozen=True)
class FaultyScale:
    """`drivers.ports.Scale` that fails on request."""

    inner: Scale
    mischief: Mischief
    name: str = "scale"

    async def weight_g(self) -> float:
        """Weigh."""
        return await self.mischief.around(f"{self.name}.weight_g", self.inner.weight_g)

    async def tare(self) -> None:
        """Set zero."""
        await self.mischief.around(f"{self.name}.tare", self.inner.tare)


@dataclass(frozen=True)
class FaultyThermometer:
    """`drivers.ports.Thermometer` that fails on request."""

    inner: Thermometer
    mischief: Mischief
    name: str = "thermometer"

    async def temperature_c(self) -> float:
        """Measure."""
        return await self.mischief.around(f"{self.name}.temperature_c", self.inner.temperature_c)


@dataclass(frozen=True)
class FaultyPulse:
    """`drivers.ports.Pulse` that fails on request."""

    inner: Pulse
    mischief: Mischief
    name: str = "pulse"

    async def beat(self) -> None:
        """Ask for a sign of life."""
        await self.mischief.around(f"{self.name}.beat", self.inner.beat)
