"""Why a cell of the conformance table is empty: what cannot be, and what is not tested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.drivers.conformance.matrix import Cell, Trial


@dataclass(frozen=True)
class Excuse:
    """One reason for some empty cells.

    Attributes:
        ways: the columns.
        trials: the rows.
        why: in a sentence without its full stop.
        ports: at which; none for all.
    """

    ways: tuple[str, ...]
    trials: tuple[Trial, ...]
    why: str
    ports: tuple[str, ...] = ()

    def covers(self, cell: Cell) -> bool:
        """Say whether it is the reason for this cell."""
        return (
            cell.way in self.ways
            and cell.trial in {one.value for one in self.trials}
            and (not self.ports or cell.port in self.ports)
        )


_OF_CONTROLLER: Final = (Trial.UNPLUGGED, Trial.SILENT, Trial.WRONG)
_SENSORS: Final = ("chamber", "slot", "bin", "door", "scale", "thermometer")

EXCUSES: Final = (
    Excuse(
        ("sim", "remote", "faulty", "noted"),
        _OF_CONTROLLER,
        "wired to the computer here, with no controller in between",
        _SENSORS,
    ),
    Excuse(
        ("gpio",), _OF_CONTROLLER, "a pin of the computer's own: it answers at once or is not there"
    ),
    Excuse(
        ("gpio",),
        (Trial.AGAIN, Trial.CANCELLED, Trial.NO_POWER, Trial.BACK),
        "read by the same `Switch` as the barriers, where it is shown",
        ("door",),
    ),
    Excuse(
        ("gpio",),
        (Trial.CANCELLED, Trial.BACK),
        "**not tested**: the ultrasonic sensor is read in a thread that a call waits for",
        ("bin",),
    ),
    Excuse(
        ("iio",),
        (Trial.UNPLUGGED, Trial.WRONG),
        "a file of the kernel's: what it holds is a number or no reading",
    ),
    Excuse(
        ("iio",),
        (Trial.CANCELLED,),
        "**not tested**: a call ends in time, see *no answer comes*",
    ),
    Excuse(
        ("none",),
        tuple(one for one in Trial if one not in {Trial.WORKS, Trial.AGAIN}),
        "there is no part that could fail",
    ),
    Excuse(
        ("gstreamer", "v4l2"),
        (Trial.CANCELLED, Trial.LATE, Trial.NONSENSE),
        "beyond its process it is `stream`, where it is shown",
    ),
    Excuse(
        ("v4l2",),
        (Trial.BACK, Trial.BLACK, Trial.FROZEN),
        "beyond its process it is `stream`, where it is shown",
    ),
    Excuse(
        ("gstreamer", "v4l2"),
        (Trial.NO_POWER,),
        "a camera without power is not there: *the device is not there*",
    ),
    Excuse(
        ("pictures",),
        (Trial.NO_POWER, Trial.BACK, Trial.CANCELLED, Trial.LATE),
        "files, for trials: they have no power and are never late",
    ),
    Excuse(
        ("pictures",),
        (Trial.BLACK, Trial.FROZEN),
        "it shows what is in the folder, for trials; nobody judges that",
    ),
    Excuse(
        ("ascii",),
        tuple(one for one in Trial if one not in {Trial.WORKS, Trial.AGAIN}),
        "the dialect has no word that stops: it says so, and asks nothing",
        ("brake",),
    ),
    Excuse(
        ("replay",),
        tuple(one for one in Trial if one not in {Trial.WORKS, Trial.AGAIN}),
        "a record holds one conversation; one that differs by a byte fails the test",
    ),
)


def excuse_for(cell: Cell, excuses: Iterable[Excuse] = EXCUSES) -> Excuse | None:
    """Return the first reason for an empty cell; None where there is none."""
    return next((one for one in excuses if one.covers(cell)), None)
