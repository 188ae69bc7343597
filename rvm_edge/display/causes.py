"""Why the machine is where it is, as the steps told."""

from __future__ import annotations

import msgspec

from drivers.ports import PictureError
from rvm_edge.display.failures import Failures
from rvm_edge.display.fault_codes import (
    MECHANISM,
    MEMORY,
    PROGRAM,
    UNKNOWN,
    code_of,
    part_of,
)
from rvm_edge.ledger.failures import (
    LedgerDamagedError,
    LedgerLockedError,
    LedgerTooNewError,
    LedgerUnusableError,
)
from rvm_edge.statechart.definition import StateError, TimedOut
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import CapReached, FaultRaised


class Cause(msgspec.Struct, frozen=True):
    """Why a state was entered.

    Attributes:
        code: short and stable.
        message: for a technician.
        fault: the code that people read out, if it put the machine out of service; else "".
    """

    code: str
    message: str
    fault: str = ""


UNKNOWN_FAULT = Cause(
    "fault", "a part that the machine cannot work without has failed", code_of(UNKNOWN)
)
UNKNOWN_CAP = Cause("capped", "too much waits for the server")

_OF_THE_DISK = frozenset(
    kind.__name__
    for kind in (
        JournalError,
        LedgerDamagedError,
        LedgerLockedError,
        LedgerTooNewError,
        LedgerUnusableError,
    )
)
_BY_KIND = {PictureError.__name__: "camera"}
"""Whose failure an error is by its kind, where no port said it: pictures that show nothing."""

_ENGINE = ("cleanup", "guard")
"""What `StateError.state` says where no state failed, but what runs them."""


class Causes:
    """The causes of the states that a technician is told about.

    Attributes:
        fault: why the machine is at fault, if it is.
        cap: why it takes nothing more, if so.
    """

    def __init__(self, failures: Failures) -> None:
        """Begin with none.

        Args:
            failures: which port failed last.
        """
        self.fault = UNKNOWN_FAULT
        self.cap = UNKNOWN_CAP
        self._failures = failures

    def take(self, step: Step) -> None:
        """Note a step."""
        if paths.FAULT in step.entered:
            self.fault = self._fault(step)
        if paths.CAPPED in step.entered and isinstance(step.event, CapReached):
            self.cap = Cause(UNKNOWN_CAP.code, step.event.why)

    def _fault(self, step: Step) -> Cause:
        event = step.event
        if isinstance(event, FaultRaised):
            return _of_part(part_of(event.part), event.why)
        if isinstance(event, StateError):
            message = f"{event.state}: {event.message}"
            port = self._failures.port_that_said(event.message) or _BY_KIND.get(event.kind, "")
            if port:
                return _of_part(part_of(port), message)
            return Cause(UNKNOWN_FAULT.code, message, code_of(_other(event)))
        message = f"{UNKNOWN_FAULT.message} ({step.record.event})"
        timed_out = isinstance(event, TimedOut)
        return Cause(UNKNOWN_FAULT.code, message, code_of(MECHANISM if timed_out else UNKNOWN))


def _of_part(part: str, why: str) -> Cause:
    return Cause(f"part.{part}", why, code_of(part))


def _other(error: StateError) -> str:
    """Say what failed, where it was none of the machine's parts."""
    if error.state in _ENGINE:
        return PROGRAM
    return MEMORY if error.kind in _OF_THE_DISK else UNKNOWN
