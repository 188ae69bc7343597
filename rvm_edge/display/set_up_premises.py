"""The machine as the set-up page shows it. What moves, the chart moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import trio

from drivers.ports import DriverError
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.doctors_round import place_of
from rvm_edge.doctor.checks import CHECKS
from rvm_edge.doctor.rounds import examine
from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.locations import Locations
from rvm_edge.machine import EyesError, Machine
from rvm_edge.orders import Component, Motion
from rvm_edge.provisioning.wizard.premises import (
    Cleaned,
    Look,
    NotCleanedError,
    NotMovedError,
    NotReadError,
    NotShownError,
    Part,
    Reading,
    Removed,
)
from rvm_edge.settings import Settings

READ_S: Final = 3.0
PICTURE_S: Final = 12.0
PICTURE_BYTES: Final = 250_000
CROWDED_PCT: Final = 90.0
"""A disk that is fuller than that is offered to be freed."""

_DARK_S: Final = 3.0
_LATER: Final = frozenset({"credentials", "server"})
"""There are none yet, and so there is no server: the handshake looks at both."""

SHUT_S: Final = 10.0
"""So long a gate may take to be shut again for somebody who is gone."""

HELD_S: Final = 1.0
"""Whoever holds a button sees the part move by then, or not at all: never long after letting go."""

Move = Callable[[Component, Motion], Awaitable[str]]
"""Has the chart move a part once; raises `RefusedError`."""

Read = Callable[[], Awaitable[bool | float]]


class SetUpPremises:
    """Implements `rvm_edge.provisioning.wizard.premises.Premises`.

    It reads the ports itself, which nobody else does in PROVISIONING: that state moves what it is
    told to, and waits for credentials.
    """

    def __init__(
        self,
        machine: Machine,
        settings: Settings,
        locations: Locations,
        cleaner: Cleaner | None = None,
        move: Move | None = None,
    ) -> None:
        self._machine = machine
        self._settings = settings
        self._locations = locations
        self._cleaner = cleaner
        self._move = move
        self._one_at_a_time = trio.Lock()

    async def looks(self) -> Sequence[Look]:
        """Have the doctor look at everything, and change nothing."""
        place = await trio.to_thread.run_sync(place_of, self._locations, self._settings)
        return [
            Look(
                one.check.name,
                one.check.title,
                one.finding.level.value,
                one.finding.what,
                one.finding.why,
                one.finding.todo,
            )
            async for one in examine(place, [one for one in CHECKS if one.name not in _LATER])
        ]

    async def readings(self) -> Sequence[Reading]:
        """Read every sensor that is fitted, one after the other."""
        async with self._one_at_a_time:
            return [await _read(name, unit, read) for name, unit, read in self._sensors()]

    async def picture(self) -> bytes:
        """Light the chamber and take a picture of it.

        Raises:
            NotShownError: there is none.
        """
        hardware, eyes = self._machine.hardware, self._machine.eyes
        async with self._one_at_a_time:
            try:
                with trio.fail_after(PICTURE_S):
                    try:
                        await hardware.light.on()
                        await trio.sleep(self._machine.policy.light_settle_s)
                        frame = await hardware.camera.take_picture()
                    finally:
                        with trio.CancelScope(shield=True), trio.move_on_after(_DARK_S):
                            await hardware.light.off()
                    return await eyes.as_jpeg(frame, PICTURE_BYTES)
            except (DriverError, EyesError) as error:
                raise NotShownError(str(error)) from error
            except trio.TooSlowError as error:
                raise NotShownError(f"none came within {PICTURE_S:g} s") from error

    async def move(self, part: Part) -> str:
        """Move a part once: the gate open and shut, the sorter home.

        Raises:
            NotMovedError: it was not, or not to its end; or the machine is busy with something
                else.
        """
        move = self._move
        if move is None:
            raise NotMovedError("nothing moves here")
        with trio.move_on_after(HELD_S) as waiting:
            await self._one_at_a_time.acquire()
        if waiting.cancelled_caught:
            raise NotMovedError("the machine is busy: try again")
        try:
            return await _stroke(move, part)
        except RefusedError as error:
            raise NotMovedError(str(error)) from error
        finally:
            self._one_at_a_time.release()

    @property
    def measures_bin(self) -> bool:
        """Say whether the bin's sensor measures a distance."""
        return self._machine.hardware.bin_gauge is not None

    async def bin_distance_cm(self) -> float:
        """Measure once how far away the topmost item in the bin is.

        Raises:
            NotReadError: there is no answer, or no such sensor.
        """
        gauge = self._machine.hardware.bin_gauge
        if gauge is None:
            raise NotReadError("this machine's bin has no sensor that measures a distance")
        async with self._one_at_a_time:
            reading = await _read("bin", "cm", gauge.distance_cm)
        if reading.value is None:
            raise NotReadError(reading.trouble)
        return float(reading.value)

    async def crowded_disk_pct(self) -> float | None:
        """Return how full the disk is; None where it has room, or nobody here may free it."""
        if self._cleaner is None:
            return None
        try:
            used_pct = (await self._cleaner.usage()).used_pct
        except OSError:  # the doctor's round looks at the disk, and says why
            return None
        return used_pct if used_pct > CROWDED_PCT else None

    async def clean(self) -> Cleaned:
        """Free a crowded disk of what may go, as far as a running machine frees it by itself.

        Raises:
            NotCleanedError: it has room, or cannot be freed.
        """
        cleaner = self._cleaner
        if cleaner is None or await self.crowded_disk_pct() is None:
            raise NotCleanedError(f"the disk is not more than {CROWDED_PCT:g} % full")
        try:
            report = await cleaner.clean(self._settings.disk.clear_to_pct)
        except OSError as error:
            raise NotCleanedError(error.strerror or str(error)) from error
        removed = [
            Removed(line.name, line.freed_bytes, line.kept_bytes, line.why_kept)
            for line in report.lines
        ]
        return Cleaned(report.before_pct, report.after_pct, removed)

    def _sensors(self) -> list[tuple[str, str, Read]]:
        hardware = self._machine.hardware
        found: list[tuple[str, str, Read]] = [
            ("door", "", hardware.door.is_open),
            ("slot", "", hardware.slot.is_occupied),
            ("chamber", "", hardware.chamber.is_occupied),
            ("bin", "%", hardware.bin.level_pct),
        ]
        if hardware.scale is not None:
            found.append(("scale", "g", hardware.scale.weight_g))
        if hardware.thermometer is not None:
            found.append(("thermometer", "°C", hardware.thermometer.temperature_c))
        return found


async def _stroke(move: Move, part: Part) -> str:
    if part == "sorter":
        return await move(Component.SORTER, Motion.RESET)
    try:
        await move(Component.GATE, Motion.OPEN)
    finally:
        with trio.CancelScope(shield=True), trio.move_on_after(SHUT_S):
            await move(Component.GATE, Motion.CLOSE)
    return "gate: open, close"


async def _read(name: str, unit: str, read: Read) -> Reading:
    try:
        with trio.fail_after(READ_S):
            return Reading(name, await read(), unit)
    except DriverError as error:
        return Reading(name, None, unit, str(error))
    except trio.TooSlowError:
        return Reading(name, None, unit, f"no answer within {READ_S:g} s")
