"""What a technician may ask: all of it needs the PIN, or is it."""

from __future__ import annotations

from rvm_edge.bridges.local.asking import Digits, EightDigits, Position, Request


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


class RunSelfTest(Request, frozen=True, tag="self_test"):
    """Try one part of the machine after the other; how far that is, the `self_test` part tells."""


class BeginReset(Request, frozen=True, tag="begin_reset"):
    """Tell a code by which the machine can be set up anew; the last one is good no more."""


class ConfirmReset(Request, frozen=True, tag="confirm_reset"):
    """Forget credentials, site and the server's policy, and start over; what waits here stays.

    Attributes:
        code: the one that `begin_reset` told.
        keep: forget nothing: wait at the set-up page for other credentials, and stay who it is
            until they are stored.
    """

    code: EightDigits
    keep: bool = False

    def __repr__(self) -> str:
        """Keep the code to itself."""
        return "ConfirmReset(…)"


class ListFindings(Request, frozen=True, tag="list_findings"):
    """Tell what the doctor finds at the computer, the worst first; moves nothing, may take long."""


class ListQueue(Request, frozen=True, tag="list_queue"):
    """Tell what the server is not known to have."""


class ListEvidence(Request, frozen=True, tag="list_evidence"):
    """Tell which pictures of items lie in the machine, the newest first, and where to fetch them.

    Attributes:
        before: only those with a lower number; 0 for the newest of all.
    """

    before: Position = 0


class ListJournal(Request, frozen=True, tag="list_journal"):
    """Tell the last steps of the machine, as its journal has them.

    Attributes:
        after: only those with a higher number; 0 for the last ones of all.
    """

    after: Position = 0
