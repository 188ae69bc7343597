"""Why the machine is where it is, as the steps told."""

from __future__ import annotations

from dataclasses import dataclass

from rvm_edge.statechart.definition import StateError
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import CapReached, FaultRaised


@dataclass(frozen=True)
class Cause:
    """Why a state was entered.

    Attributes:
        code: short and stable.
        message: for a technician.
    """

    code: str
    message: str


UNKNOWN_FAULT = Cause("fault", "a part that the machine cannot work without has failed")
UNKNOWN_CAP = Cause("capped", "too much waits for the server")


class Causes:
    """The causes of the states that a technician is told about.

    Attributes:
        fault: why the machine is at fault, if it is.
        cap: why it takes nothing more, if so.
    """

    def __init__(self) -> None:
        self.fault = UNKNOWN_FAULT
        self.cap = UNKNOWN_CAP

    def take(self, step: Step) -> None:
        """Note a step."""
        if paths.FAULT in step.entered:
            self.fault = _fault(step)
        if paths.CAPPED in step.entered and isinstance(step.event, CapReached):
            self.cap = Cause(UNKNOWN_CAP.code, step.event.why)


def _fault(step: Step) -> Cause:
    event = step.event
    if isinstance(event, FaultRaised):
        return Cause(f"part.{event.part}", event.why)
    if isinstance(event, StateError):
        return Cause(UNKNOWN_FAULT.code, f"{event.state}: {event.message}")
    return Cause(UNKNOWN_FAULT.code, f"{UNKNOWN_FAULT.message} ({step.record.event})")
