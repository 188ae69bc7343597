"""The machine as the set-up page shows it. What moves, the chart moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import trio

from drivers.ports import DriverError
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.doctors_round import THREADS, place_of
from rvm_edge.display.held_motion import HeldMotion
from rvm_edge.doctor.checks import CHECKS
from rvm_edge.doctor.rounds import examine_together
from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.locations import Locations
from rvm_edge.machine import EyesError, Machine
from rvm_edge.orders import Component, Motion
from rvm_edge.provisioning.wizard.premises import (
    Cleaned,
    End,
    LetGo,
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

LAMP_S: Final = 4.0
"""The lamp is made for short light: longer than this it shines for no held button."""

HELD_S: Final = 1.0
"""Whoever holds a button sees the part move by then, or not at all: never long after letting go."""

_MOTIONS: Final[dict[Part, tuple[Component, Motion]]] = {
    "gate_open": (Component.GATE, Motion.OPEN),
    "gate_shut": (Component.GATE, Motion.CLOSE),
    "sorter": (Component.SORTER, Motion.RESET),
}

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
        motion: HeldMotion | None = None,
    ) -> None:
        self._machine = machine
        self._settings = settings
        self._locations = locations
        self._cleaner = cleaner
        self._motion = motion
        self._one_at_a_time = trio.Lock()
        self._looking = trio.CapacityLimiter(THREADS)

    async def looks(self) -> Sequence[Look]:
        """Have the doctor look at everything, and change nothing."""
        place = await trio.to_thread.run_sync(place_of, self._locations, self._settings)
        checks = [one for one in CHECKS if one.name not in _LATER]
        return [
            Look(
                one.check.name,
                one.check.title,
                one.finding.level.value,
                one.finding.what,
                one.finding.why,
                one.finding.todo,
            )
            for one in await examine_together(place, checks, limiter=self._looking)
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
        eyes = self._machine.eyes
        async with self._one_at_a_time:
            try:
                self._require_shut_gate(NotShownError)
                with trio.fail_after(PICTURE_S):
                    async with self._lit():
                        await trio.sleep(self._machine.policy.light_settle_s)
                        frame = await self._machine.hardware.camera.take_picture()
                    return await eyes.as_jpeg(frame, PICTURE_BYTES)
            except (DriverError, EyesError) as error:
                raise NotShownError(str(error)) from error
            except trio.TooSlowError as error:
                raise NotShownError(f"none came within {PICTURE_S:g} s") from error

    async def hold(self, part: Part, let_go: LetGo) -> End:
        """Move a part, or light the lamp, while its button is held; stop it when it is let go.

        Raises:
            NotMovedError: it was not moved, or not to its end; or the machine is busy with
                something else.
        """
        with trio.move_on_after(HELD_S) as waiting:
            await self._one_at_a_time.acquire()
        if waiting.cancelled_caught:
            raise NotMovedError("the machine is busy: try again")
        try:
            if part == "lamp":
                return await self._shine(let_go)
            if self._motion is None:
                raise NotMovedError("nothing moves here")
            if part == "sorter" and not self.moves_sorter:
                raise NotMovedError("the sorter ends every run at rest by itself")
            return await self._motion.hold(*_MOTIONS[part], let_go)
        except (RefusedError, DriverError) as error:
            raise NotMovedError(str(error)) from error
        finally:
            self._one_at_a_time.release()

    async def _shine(self, let_go: LetGo) -> End:
        self._require_shut_gate(NotMovedError)
        with trio.move_on_after(LAMP_S) as lit:
            async with self._lit():
                await let_go()
        return "done" if lit.cancelled_caught else "stopped"

    @asynccontextmanager
    async def _lit(self) -> AsyncIterator[None]:
        light = self._machine.hardware.light
        try:
            await light.on()
            yield
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(_DARK_S):
                await light.off()

    def _require_shut_gate(self, refusal: type[NotMovedError | NotShownError]) -> None:
        if self._motion is not None and self._motion.gate_may_be_open:
            raise refusal("the gate may be open: shut it first")

    @property
    def moves_sorter(self) -> bool:
        """Say whether the sorter can be moved to its start."""
        return not self._machine.hardware.sorter.rests_by_itself

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


async def _read(name: str, unit: str, read: Read) -> Reading:
    try:
        with trio.fail_after(READ_S):
            return Reading(name, await read(), unit)
    except DriverError as error:
        return Reading(name, None, unit, str(error))
    except trio.TooSlowError:
        return Reading(name, None, unit, f"no answer within {READ_S:g} s")
