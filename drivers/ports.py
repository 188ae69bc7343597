"""The ports: what the machine asks of its hardware, and nothing of how it is done.

Every port has at most five verbs, with units in their names. Every driver of a port, real,
simulated, fault-injecting or replaying, passes the same conformance suite (`tests/drivers`).

All verbs may raise `DriverError`. A verb that moves something returns only when the movement is
confirmed, and may be called again after a failure.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import msgspec


class DriverError(Exception):
    """A part of the machine did not do what it was asked. The message is for a technician."""


class DeviceGoneError(DriverError):
    """The device is not there: unplugged, not powered, its port locked by somebody else."""


class NoAnswerError(DriverError):
    """The device was asked and stayed silent past its time-out."""


class WrongAnswerError(DriverError):
    """The device answered something that does not fit the question."""


class MotionBlockedError(DriverError):
    """A mechanism could not finish its movement: a jam, or a hand in the slot."""


class StoppedError(DriverError):
    """A movement was stopped on its way, as somebody asked: its part stands anywhere."""


class PictureError(DriverError):
    """The camera gave no usable picture: none, black, frozen or late."""


class ReadingError(DriverError):
    """A sensor gave an impossible value or none."""


class DoubtfulReadingError(ReadingError):
    """A sensor answers, and cannot be believed: nobody may go on as if it were not there."""


class Signal(Enum):
    """What the status light tells people in front of the machine."""

    IDLE = "idle"
    PROCESSING = "processing"
    SUCCESS = "success"
    REJECTED = "rejected"
    ERROR = "error"


class Encoding(Enum):
    """How a frame's bytes are to be read."""

    JPEG = "jpeg"
    PNG = "png"
    BGR24 = "bgr24"


class Frame(msgspec.Struct, frozen=True):
    """One picture as the camera gave it.

    Attributes:
        data: the picture's bytes; for BGR24 exactly ``height * width * 3`` of them, row by row.
        encoding: how to read `data`.
        width: in pixels; 0 for an encoded picture whose size nobody has read yet.
        height: in pixels; likewise.
        taken_at_s: monotonic time of the exposure, in seconds.
        sequence: rises by one with every picture of a camera; two frames with the same number are
            the same picture.
    """

    data: bytes
    encoding: Encoding
    width: int
    height: int
    taken_at_s: float
    sequence: int


class Camera(Protocol):
    """Looks into the chamber."""

    async def take_picture(self) -> Frame:
        """Take one new picture.

        Raises:
            PictureError: none came in time, or it was the one before.
        """
        ...


class Gate(Protocol):
    """The slot's shutter, between people and the chamber."""

    async def open(self) -> None:
        """Open; return when it is open. Opening an open gate is fine."""
        ...

    async def close(self) -> None:
        """Close; return when it is closed. Closing a closed gate is fine.

        Raises:
            MotionBlockedError: something is in the way; the gate has opened again.
        """
        ...


class Sorter(Protocol):
    """The mechanism below the item: it drops it into the bin or hands it back."""

    @property
    def rests_by_itself(self) -> bool:
        """Whether its every run ends at rest, so that `home` has nothing of it to move."""
        ...

    async def home(self) -> None:
        """Bring the mechanism to its rest position, whatever it was doing."""
        ...

    async def drop_item(self) -> None:
        """Move the item into the bin; return when the mechanism has confirmed the movement.

        Raises:
            MotionBlockedError: it jammed.
            NoAnswerError: nobody knows what it did.
        """
        ...

    async def return_item(self) -> None:
        """Move the item back to the person; return when the mechanism has confirmed.

        Raises:
            MotionBlockedError: it jammed.
            NoAnswerError: nobody knows what it did.
        """
        ...


class Brake(Protocol):
    """Stops what moves: gate and sorter, whoever had them moved."""

    async def stop(self) -> bool:
        """Stop what moves, where it is; return once nothing moves any more.

        The verb that moved it raises `StoppedError`. Nobody knows then where the part stands:
        `Gate.close` and `Sorter.home` bring it to a known place.

        Returns:
            False where the controller cannot: what moves goes on to its end.

        Raises:
            NoAnswerError: nobody knows whether it still moves.
        """
        ...


class Light(Protocol):
    """The lamp inside the chamber."""

    async def on(self) -> None:
        """Switch on; return when it is lit."""
        ...

    async def off(self) -> None:
        """Switch off; return when it is dark."""
        ...


class Indicator(Protocol):
    """The status light that people see."""

    async def show(self, signal: Signal) -> None:
        """Show `signal` until another one is shown."""
        ...


class PresenceSensor(Protocol):
    """A light barrier: something is there, or not."""

    async def is_occupied(self) -> bool:
        """Read the barrier now; it is not debounced."""
        ...


class BinLevel(Protocol):
    """How full the bin is."""

    async def level_pct(self) -> float:
        """Measure: 0 is empty, 100 is full.

        Raises:
            ReadingError: the sensor gave no echo or an impossible one.
        """
        ...


class BinGauge(Protocol):
    """The sensor above the bin, where it measures a distance: it can be told what empty is."""

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is, or the bottom of an empty bin.

        Raises:
            ReadingError: the sensor gave no echo or an impossible one.
        """
        ...

    def set_depth(self, *, empty_cm: float, full_cm: float) -> None:
        """Go by these distances from now on, whatever was said before.

        Args:
            empty_cm: from the sensor to the bottom of the bin.
            full_cm: from the sensor to the topmost item when no more fits; less than that.
        """
        ...

    def forget_depth(self) -> None:
        """Go by what the machine was built with."""
        ...


class DoorLock(Protocol):
    """The service door: its bolt and its switch."""

    async def lock(self) -> None:
        """Throw the bolt."""
        ...

    async def unlock(self) -> None:
        """Draw the bolt."""
        ...

    async def is_open(self) -> bool:
        """Say whether the door stands open."""
        ...


class Scale(Protocol):
    """Weighs the item in the chamber."""

    async def weight_g(self) -> float:
        """Weigh, in grams above the tare.

        Raises:
            ReadingError: the load cell gave no stable reading.
        """
        ...

    async def tare(self) -> None:
        """Take what lies there now as zero."""
        ...


class Thermometer(Protocol):
    """The temperature inside the housing."""

    async def temperature_c(self) -> float:
        """Measure, in degrees Celsius.

        Raises:
            ReadingError: the sensor gave none or an absurd one.
        """
        ...


class Pulse(Protocol):
    """Proof that the motor controller is alive; it also feeds the controller's dead-man."""

    async def beat(self) -> None:
        """Ask the controller for a sign of life and wait for it."""
        ...


class Wire(Protocol):
    """The wire to the motor controller. Nothing is sent to find out what it says."""

    @property
    def dialect(self) -> str:
        """The word for what the controller answers in; "" while it does not answer."""
        ...


class Changes(Protocol):
    """Sensors that speak unasked: whoever waits for one looks at once, not at its next turn.

    They may keep silent, so whoever waits keeps looking by itself, too.
    """

    @property
    def count(self) -> int:
        """How many changes have been told so far."""
        ...

    async def since(self, count: int) -> None:
        """Return once more than `count` changes have been told."""
        ...
