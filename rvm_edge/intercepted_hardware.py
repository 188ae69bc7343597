"""A machine's hardware with somebody standing between it and whoever asks it for something.

One list of every verb of every port serves whoever has to see them all: `drivers.noted` notes which
parts answer, `drivers.faulty` has them fail on request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import msgspec

from drivers.ports import (
    BinGauge,
    BinLevel,
    Brake,
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
from rvm_edge.machine import Hardware

P = TypeVar("P")
T = TypeVar("T")


class Interceptor(Protocol):
    """Is handed every call of every port that asks something of a part."""

    async def around(self, port: str, verb: str, act: Callable[[], Awaitable[T]]) -> T:
        """Make the call, and return what it returned.

        Args:
            port: its name in `Hardware`; a bin's gauge is the bin.
            verb: its name in `drivers.ports`.
            act: makes the call.

        Raises:
            DriverError: the part's, or one in its place.
        """
        ...


def intercepted(hardware: Hardware, by: Interceptor) -> Hardware:
    """Return `hardware` with every call of every port handed to `by`; the parts speak unasked."""
    scale, thermometer, gauge = hardware.scale, hardware.thermometer, hardware.bin_gauge
    brake = hardware.brake
    return Hardware(
        camera=_Camera(hardware.camera, "camera", by),
        gate=_Gate(hardware.gate, "gate", by),
        sorter=_Sorter(hardware.sorter, "sorter", by),
        light=_Light(hardware.light, "light", by),
        indicator=_Indicator(hardware.indicator, "indicator", by),
        chamber=_Presence(hardware.chamber, "chamber", by),
        slot=_Presence(hardware.slot, "slot", by),
        bin=_Bin(hardware.bin, "bin", by),
        door=_Door(hardware.door, "door", by),
        pulse=_Pulse(hardware.pulse, "pulse", by),
        scale=None if scale is None else _Scale(scale, "scale", by),
        thermometer=None if thermometer is None else _Thermometer(thermometer, "thermometer", by),
        changes=hardware.changes,
        bin_gauge=None if gauge is None else _BinGauge(gauge, "bin", by),
        brake=None if brake is None else _Brake(brake, "brake", by),
        wire=hardware.wire,
    )


class _Port(msgspec.Struct, Generic[P], frozen=True):
    inner: P
    name: str
    by: Interceptor

    async def _asked(self, verb: str, act: Callable[[], Awaitable[T]]) -> T:
        return await self.by.around(self.name, verb, act)


class _Camera(_Port[Camera], frozen=True):
    async def take_picture(self) -> Frame:
        return await self._asked("take_picture", self.inner.take_picture)


class _Gate(_Port[Gate], frozen=True):
    async def open(self) -> None:
        await self._asked("open", self.inner.open)

    async def close(self) -> None:
        await self._asked("close", self.inner.close)


class _Sorter(_Port[Sorter], frozen=True):
    @property
    def rests_by_itself(self) -> bool:
        return self.inner.rests_by_itself

    async def home(self) -> None:
        await self._asked("home", self.inner.home)

    async def drop_item(self) -> None:
        await self._asked("drop_item", self.inner.drop_item)

    async def return_item(self) -> None:
        await self._asked("return_item", self.inner.return_item)


class _Brake(_Port[Brake], frozen=True):
    async def stop(self) -> bool:
        return await self._asked("stop", self.inner.stop)


class _Light(_Port[Light], frozen=True):
    async def on(self) -> None:
        await self._asked("on", self.inner.on)

    async def off(self) -> None:
        await self._asked("off", self.inner.off)


class _Indicator(_Port[Indicator], frozen=True):
    async def show(self, signal: Signal) -> None:
        await self._asked("show", lambda: self.inner.show(signal))


class _Presence(_Port[PresenceSensor], frozen=True):
    async def is_occupied(self) -> bool:
        return await self._asked("is_occupied", self.inner.is_occupied)


class _Bin(_Port[BinLevel], frozen=True):
    async def level_pct(self) -> float:
        return await self._asked("level_pct", self.inner.level_pct)


class _BinGauge(_Port[BinGauge], frozen=True):
    async def distance_cm(self) -> float:
        return await self._asked("distance_cm", self.inner.distance_cm)

    # The rest asks nothing of a part: it is told to whoever reckons with what was measured.

    def set_depth(self, *, empty_cm: float, full_cm: float) -> None:
        self.inner.set_depth(empty_cm=empty_cm, full_cm=full_cm)

    def forget_depth(self) -> None:
        self.inner.forget_depth()


class _Door(_Port[DoorLock], frozen=True):
    async def lock(self) -> None:
        await self._asked("lock", self.inner.lock)

    async def unlock(self) -> None:
        await self._asked("unlock", self.inner.unlock)

    async def is_open(self) -> bool:
        return await self._asked("is_open", self.inner.is_open)


class _Pulse(_Port[Pulse], frozen=True):
    async def beat(self) -> None:
        await self._asked("beat", self.inner.beat)


class _Scale(_Port[Scale], frozen=True):
    async def weight_g(self) -> float:
        return await self._asked("weight_g", self.inner.weight_g)

    async def tare(self) -> None:
        await self._asked("tare", self.inner.tare)


class _Thermometer(_Port[Thermometer], frozen=True):
    async def temperature_c(self) -> float:
        return await self._asked("temperature_c", self.inner.temperature_c)
