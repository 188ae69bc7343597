"""What a technician may ask: all of it needs the PIN, or is it."""

from __future__ import annotations

from rvm_edge.bridges.local.asking import Digits, Request


class EnterPin(Request, frozen=True, tag="enter_pin"):
    """A technician proves to be one, for this connection.

    Attributes:
        pin: 4 to 12 digits.
    """

    pin: Digits

    def __repr__(self) -> str:
        """Keep the PIN to itself."""
        return "EnterPin(…)"


class EnterMaintenance(Request, frozen=True, tag="enter_maintenance"):
    """Take the machine out of use."""


class ExitMaintenance(Request, frozen=True, tag="exit_maintenance"):
    """Give the machine back to the public."""


class OpenDoor(Request, frozen=True, tag="open_door"):
    """Draw the service door's bolt."""


class TestMotor(Request, frozen=True, tag="test_motor"):
    """Move the mechanism once."""


class TestLight(Request, frozen=True, tag="test_light"):
    """Switch the chamber's lamp on and off."""


class ReadSensors(Request, frozen=True, tag="read_sensors"):
    """Read every sensor now."""


class Recalibrate(Request, frozen=True, tag="recalibrate"):
    """Set the zero of what has one."""


class ExportLogs(Request, frozen=True, tag="export_logs"):
    """Write the logs where a technician can take them along."""


class LookInside(Request, frozen=True, tag="look_inside"):
    """Take a picture of the chamber."""
