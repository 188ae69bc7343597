"""The doctor's round while the machine runs: what `rvm-edge doctor` finds, at the panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import trio

from rvm_edge.bridges.local.computer import ComputerFinding, Standing
from rvm_edge.doctor.finding import Check, Finding, failure
from rvm_edge.doctor.place import Place
from rvm_edge.doctor.rounds import Examined, examine_together
from rvm_edge.hardware_map import HardwareMapError, read_hardware_map
from rvm_edge.locations import Locations
from rvm_edge.one_line import one_line
from rvm_edge.packaged import PackagedFileError, config_file
from rvm_edge.settings import Settings

ROUND_S: Final = 50.0
"""So long for all checks together: whoever waits for another round as well is answered in time."""

LONGEST: Final = 400
"""So much of a finding is shown, in each of its parts."""

THREADS: Final = 8
"""So many checks are asked at the same time, and may be left alone when they hang; they take no
thread away from the machine."""

_CONCERN = list(Standing)
_NOT_REACHED = failure(
    f"not looked at to its end: all checks together have {ROUND_S:g} s",
    "Nobody knows whether it is as it should be.",
    "Look at what the first of these is about; it may hang. Then look again.",
)


def every_check() -> Sequence[Check]:
    """Return the doctor's checks: their imports are nothing that a screen's start waits for."""
    from rvm_edge.doctor.checks import CHECKS  # noqa: PLC0415

    return CHECKS


class DoctorsRound:
    """Implements `rvm_edge.bridges.local.computer.Doctor`."""

    def __init__(
        self,
        locations: Locations,
        settings: Settings,
        checks: Callable[[], Sequence[Check]] = every_check,
    ) -> None:
        """Prepare.

        Args:
            locations: the machine's folders.
            settings: as its owner says.
            checks: returns what is asked; may block.
        """
        self._locations = locations
        self._settings = settings
        self._checks = checks
        self._limiter = trio.CapacityLimiter(THREADS)
        self._one_at_a_time = trio.Lock()
        self._rounds = 0
        self._found: tuple[ComputerFinding, ...] = ()

    async def findings(self) -> tuple[ComputerFinding, ...]:
        """Return what every check finds, the worst first.

        Whoever asks during a round is told what that one finds.
        """
        asked = self._rounds
        async with self._one_at_a_time:
            if self._rounds == asked:
                self._found = await self._look()
                self._rounds += 1
            return self._found

    async def _look(self) -> tuple[ComputerFinding, ...]:
        checks = await trio.to_thread.run_sync(self._checks)
        found: dict[str, Finding] = {}

        def note(one: Examined) -> None:
            found[one.check.name] = one.finding

        with trio.move_on_after(ROUND_S):
            place = await trio.to_thread.run_sync(
                place_of,
                self._locations,
                self._settings,
                limiter=self._limiter,
                abandon_on_cancel=True,
            )
            await examine_together(place, checks, limiter=self._limiter, note=note)
        told = [_told(one, found.get(one.name, _NOT_REACHED)) for one in checks]
        return tuple(sorted(told, key=lambda one: -_CONCERN.index(one.standing)))


def place_of(locations: Locations, settings: Settings) -> Place:
    """Return what the doctor looks at; reads the hardware map anew, as it may be edited."""
    path = locations.hardware_map_path
    try:
        hardware = read_hardware_map(path if path.exists() else config_file(path.name))
    except (HardwareMapError, PackagedFileError) as error:
        return Place(locations, settings, None, {path.name: str(error)})
    return Place(locations, settings, hardware)


def _told(check: Check, finding: Finding) -> ComputerFinding:
    return ComputerFinding(
        check.name,
        check.title,
        Standing(finding.level.value),
        one_line(finding.what, LONGEST),
        one_line(finding.why, LONGEST),
        one_line(finding.todo, LONGEST),
    )
