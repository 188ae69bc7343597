"""What the conformance suite promises: which driver is put to which trial at which port.

The tests say by `shows` what they show. `collected.py` asks pytest which of them there are, and
`table.py` writes both down side by side. What is promised and not shown needs an excuse here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from rvm_edge.hardware_map import SERVED, Driver

F = TypeVar("F", bound=Callable[..., object])


class Trial(Enum):
    """What a driver is put to; the text stands in the table."""

    WORKS = "does what the port promises"
    AGAIN = "is called again and again"
    CANCELLED = "a call is cancelled"
    NO_POWER = "its device has no power"
    BACK = "power comes back"
    UNPLUGGED = "its controller is unplugged, and back"
    SILENT = "no answer comes"
    WRONG = "the answer does not fit the question"
    UNHEARD = "the command is not heard"
    UNCONFIRMED = "it is done, and the confirmation lost"
    BLOCKED = "a hand or a jam is in the way"
    FALLS_BACK = "the item falls back behind a confirmation"
    DARK = "the lamp is dead, and confirmed all the same"
    BLACK = "the picture is black"
    FROZEN = "the picture is the one before"
    LATE = "the picture is late"
    GONE = "the device is not there"
    NONSENSE = "what it gives is no picture"
    STUCK = "the sensor is stuck, either way"
    BOUNCES = "the sensor bounces"
    UNREADABLE = "the sensor gives no reading"
    ABSURD = "the reading is impossible"
    DRIFTS = "the reading drifts"


_ALWAYS: Final = (Trial.WORKS, Trial.AGAIN, Trial.CANCELLED, Trial.NO_POWER, Trial.BACK)
_ON_CONTROLLER: Final = (*_ALWAYS, Trial.UNPLUGGED, Trial.SILENT, Trial.WRONG)
_BARRIER: Final = (*_ON_CONTROLLER, Trial.STUCK, Trial.BOUNCES, Trial.UNREADABLE)

PORTS: Final[dict[str, tuple[Trial, ...]]] = {
    "camera": (*_ALWAYS, Trial.BLACK, Trial.FROZEN, Trial.LATE, Trial.GONE, Trial.NONSENSE),
    "gate": (*_ON_CONTROLLER, Trial.BLOCKED),
    "sorter": (
        *_ON_CONTROLLER,
        Trial.BLOCKED,
        Trial.UNHEARD,
        Trial.UNCONFIRMED,
        Trial.FALLS_BACK,
    ),
    "brake": (*_ALWAYS, Trial.UNPLUGGED, Trial.SILENT),
    "light": (*_ON_CONTROLLER, Trial.DARK),
    "indicator": _ON_CONTROLLER,
    "pulse": _ON_CONTROLLER,
    "chamber": _BARRIER,
    "slot": _BARRIER,
    "bin": (*_ON_CONTROLLER, Trial.UNREADABLE, Trial.ABSURD),
    "door": _ON_CONTROLLER,
    "scale": (*_ON_CONTROLLER, Trial.DRIFTS, Trial.UNREADABLE),
    "thermometer": (*_ON_CONTROLLER, Trial.UNREADABLE, Trial.ABSURD),
    "changes": (Trial.WORKS,),
}
"""The ports of `rvm_edge.machine.Hardware`, and what can happen at each."""

_EVERY: Final = frozenset(PORTS) - {"changes"}
_MOVING: Final = frozenset({"gate", "sorter", "light", "indicator", "pulse"})
_ESP32: Final = SERVED[Driver.ESP32] | {"brake"}


@dataclass(frozen=True)
class Way:
    """A way to a part of the machine: a column of the table.

    Attributes:
        name: over the column.
        folder: of `drivers`, where it lives.
        serves: which ports.
        what: for people.
        kind: what a hardware map calls it, where it may.
    """

    name: str
    folder: str
    serves: frozenset[str]
    what: str
    kind: Driver | None = None


WAYS: Final = (
    Way("sim", "sim", _EVERY, "the simulated machine in the same process", Driver.SIM),
    Way("remote", "sim", _EVERY, "the simulated machine in another process, over a socket"),
    Way("ascii", "esp32", _ESP32, "the ESP32 in its ASCII dialect, over a pty", Driver.ESP32),
    Way("framed", "esp32", _ESP32 | {"changes"}, "the ESP32 in frames, over a pty", Driver.ESP32),
    Way("stream", "camera", frozenset({"camera"}), "what gstreamer and v4l2 have in common"),
    Way("gstreamer", "camera", SERVED[Driver.GSTREAMER], "a real pipeline", Driver.GSTREAMER),
    Way("v4l2", "camera", SERVED[Driver.V4L2], "OpenCV's process, on a film", Driver.V4L2),
    Way("pictures", "camera", SERVED[Driver.PICTURES], "a folder of pictures", Driver.PICTURES),
    Way("gpio", "gpio", SERVED[Driver.GPIO], "NVIDIA's library over faked ioctls", Driver.GPIO),
    Way("iio", "iio", SERVED[Driver.IIO], "the kernel's files, in a folder", Driver.IIO),
    Way("none", "absent", SERVED[Driver.NONE], "a part that is not fitted", Driver.NONE),
    Way("faulty", "faulty", _EVERY, "the fault-injecting wrapping, with no fault on"),
    Way("noted", "noted", _EVERY, "the wrapping that notes which parts answer"),
    Way("replay", "replay", _MOVING, "a record of the ESP32's wire, in each dialect"),
)


@dataclass(frozen=True)
class Shown:
    """What a test shows.

    Attributes:
        trial: of it.
        ports: at which; none for the port whose verb the test is given.
        ways: through which; none for those that its fixtures stand for.
    """

    trial: Trial
    ports: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


SHOWN: Final = "conformance_shown"
"""The attribute of a test function that holds what it shows."""


def shows(trial: Trial, *ports: str, ways: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Say of a test what it shows; see `Shown`. May be said more than once."""
    shown = Shown(trial, ports, ways)
    unknown = (set(ports) - set(PORTS)) | (set(ways) - {way.name for way in WAYS})
    if unknown:
        raise ValueError(f"no port or way is called {', '.join(sorted(unknown))}")

    def mark(test: F) -> F:
        setattr(test, SHOWN, (*getattr(test, SHOWN, ()), shown))
        return test

    return mark


@dataclass(frozen=True, order=True)
class Cell:
    """One promise: a port, the way to it, and what it is put to there."""

    port: str
    way: str
    trial: str


def cells() -> Iterator[Cell]:
    """Return every cell of the table, whether shown or excused."""
    for port, trials in PORTS.items():
        for way in WAYS:
            if port in way.serves:
                for trial in trials:
                    yield Cell(port, way.name, trial.value)
