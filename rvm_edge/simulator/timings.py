"""How long things take in the simulated machine."""

from __future__ import annotations

import math

import msgspec
from msgspec.structs import fields, replace

_LIMITS = ("dead_man_s", "lamp_idle_s", "motor_bound_s")
"""Protections and bounds, not travel: a faster mechanism does not make them shorter."""


class Timings(msgspec.Struct, frozen=True):
    """Times in seconds. Sorting takes 500 ms and two of the signals 1 s, as on the ESP32.

    Attributes:
        gate_s: travel of the gate from one end to the other.
        sort_s: one run of the sorter, either way, back to rest.
        home_s: from wherever the platform is to rest.
        light_s: until the lamp is lit or dark.
        indicate_s: how long SUCCESS and REJECTED play before they are acknowledged.
        bolt_s: travel of the door's bolt.
        exposure_s: from asking the camera to the picture.
        hand_s: how long the hand that inserts an item stays in the slot.
        bounce_s: how long a light barrier flickers after a change.
        frame_s: how long the ESP32 collects bytes before it takes them for one command.
        motor_bound_s: the controller cuts a motor that runs longer: the longest legal run.
        lamp_idle_s: the lamp must not shine longer without a picture being taken.
        dead_man_s: the controller stops and closes after this long without a host.
    """

    gate_s: float = 0.4
    sort_s: float = 0.5
    home_s: float = 0.3
    light_s: float = 0.02
    indicate_s: float = 1.0
    bolt_s: float = 0.1
    exposure_s: float = 0.03
    hand_s: float = 0.3
    bounce_s: float = 0.03
    frame_s: float = 0.02
    motor_bound_s: float = 1.0
    lamp_idle_s: float = 5.0
    dead_man_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse times that cannot be."""
        for field in fields(self):
            seconds: float = getattr(self, field.name)
            if math.isnan(seconds) or seconds < 0:
                raise ValueError(f"{field.name}={seconds}: a time cannot be negative")
        if self.sort_s > self.motor_bound_s or self.home_s > self.motor_bound_s:
            raise ValueError(f"motor_bound_s={self.motor_bound_s} is shorter than a legal run")

    def scaled(self, factor: float) -> Timings:
        """Return the same machine, with every travel `factor` times as long; 0 makes it instant.

        Raises:
            ValueError: the factor is negative, or so large that a run passes the motor's bound.
        """
        return replace(
            self,
            **{
                field.name: getattr(self, field.name) * factor
                for field in fields(self)
                if field.name not in _LIMITS
            },
        )


INSTANT = Timings().scaled(0)
"""A machine that takes no time."""
