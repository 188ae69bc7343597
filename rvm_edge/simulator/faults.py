"""The knobs by which the simulated machine misbehaves. They can be turned while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """What can go wrong. `value` below is what `FaultBoard.inject` takes with it."""

    SORTER_JAMS = "sorter_jams"
    """The motor turns, the platform does not; the controller cuts the motor at its bound."""
    ITEM_FALLS_BACK = "item_falls_back"
    """The sorter confirms, and the item lands in the chamber again."""
    ITEM_PULLED_OUT = "item_pulled_out"
    """The sorter lets the item go, and somebody pulls it out through the slot by a string."""
    HAND_IN_SLOT = "hand_in_slot"
    """A hand stays in the slot: its barrier sees it, and the gate reverses on it."""

    CHAMBER_BOUNCES = "chamber_bounces"
    CHAMBER_STUCK_OCCUPIED = "chamber_stuck_occupied"
    CHAMBER_STUCK_FREE = "chamber_stuck_free"
    CHAMBER_UNREADABLE = "chamber_unreadable"
    SLOT_BOUNCES = "slot_bounces"
    SLOT_STUCK_OCCUPIED = "slot_stuck_occupied"
    SLOT_STUCK_FREE = "slot_stuck_free"
    SLOT_UNREADABLE = "slot_unreadable"

    CONTROLLER_DEAF = "controller_deaf"
    """It hears no command: nothing is done, nothing is answered."""
    CONTROLLER_MUTE = "controller_mute"
    """It does what it is told and never answers."""
    CONTROLLER_RESETS = "controller_resets"
    """A command makes it reboot: motors off, light off, no answer."""
    ACK_LATE = "ack_late"
    """`value`: how many seconds late, 5 unless told."""
    ACK_DUPLICATED = "ack_duplicated"
    ACK_CORRUPTED = "ack_corrupted"
    ACK_WRONG = "ack_wrong"
    COMMAND_UNKNOWN = "command_unknown"
    """It answers that it does not know the command, and does nothing."""
    UNPLUGGED = "unplugged"
    """The controller's cable is out. Clearing it plugs it in again."""

    LAMP_DEAD = "lamp_dead"
    """The controller confirms the light, and none shines."""
    CAMERA_BLACK = "camera_black"
    """Something covers the lens."""
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_REPEATS = "camera_repeats"
    """The camera gives the picture before again, under a new number."""
    CAMERA_LATE = "camera_late"
    """`value`: how many seconds late, 10 unless told."""
    CAMERA_GONE = "camera_gone"

    SCALE_DRIFTS = "scale_drifts"
    """`value`: by how many grams it is wrong, 40 unless told."""
    SCALE_GONE = "scale_gone"
    SCALE_SATURATED = "scale_saturated"
    """Behind the ESP32: its amplifier is at the end of its range."""
    SCALE_SWINGS = "scale_swings"
    """No two readings agree."""
    BIN_UNREADABLE = "bin_unreadable"
    BIN_ABSURD = "bin_absurd"
    """`value`: the percentage it claims, -40 unless told."""
    THERMOMETER_GONE = "thermometer_gone"
    THERMOMETER_ABSURD = "thermometer_absurd"
    """`value`: the degrees it claims, -256 unless told, as a GPU zone that is off does."""


@dataclass
class _Knob:
    value: float | None
    times: int | None


class FaultBoard:
    """Which faults are in force.

    Attributes:
        before_change: called before one comes into force or goes out of it.
    """

    def __init__(self) -> None:
        self._knobs: dict[Fault, _Knob] = {}
        self.before_change: Callable[[], None] = lambda: None

    def inject(self, fault: Fault, value: float | None = None, times: int | None = None) -> None:
        """Put `fault` in force.

        Args:
            fault: which.
            value: its figure, where it has one.
            times: how many occurrences it lasts; None until it is cleared. It counts for what
                occurs once per command or picture; a state such as `UNPLUGGED` lasts regardless.

        Raises:
            ValueError: `times` is below 1.
        """
        if times is not None and times < 1:
            raise ValueError(f"{fault.value}: times={times} must be at least 1")
        self.before_change()
        self._knobs[fault] = _Knob(value, times)

    def clear(self, fault: Fault | None = None) -> None:
        """Take `fault`, or all of them, out of force."""
        self.before_change()
        if fault is None:
            self._knobs.clear()
        else:
            self._knobs.pop(fault, None)

    def stands(self, fault: Fault) -> bool:
        """Say whether `fault` is in force, without using up an occurrence."""
        return fault in self._knobs

    def fires(self, fault: Fault) -> bool:
        """Say whether `fault` occurs now, and count it if it does."""
        knob = self._knobs.get(fault)
        if knob is None:
            return False
        if knob.times is not None:
            knob.times -= 1
            if knob.times == 0:
                self.before_change()
                del self._knobs[fault]
        return True

    def value(self, fault: Fault, unless_told: float) -> float:
        """Return the figure that came with `fault`. Ask before `fires` uses it up."""
        knob = self._knobs.get(fault)
        return unless_told if knob is None or knob.value is None else knob.value

    @property
    def in_force(self) -> tuple[Fault, ...]:
        """The faults in force, in the order they were injected."""
        return tuple(self._knobs)
