"""Technicians, and parts that fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rvm_edge.statechart.definition import Event


@dataclass(frozen=True)
class DoorOpened(Event):
    """The service door stands open."""

    name: ClassVar[str] = "door.opened"


@dataclass(frozen=True)
class DoorClosed(Event):
    """The service door is shut again, and nobody asked for maintenance."""

    name: ClassVar[str] = "door.closed"


@dataclass(frozen=True)
class MaintenanceEnter(Event):
    """A technician or the operator takes the machine out of use."""

    name: ClassVar[str] = "maintenance.enter"


@dataclass(frozen=True)
class MaintenanceExit(Event):
    """A technician or the operator gives the machine back to the public."""

    name: ClassVar[str] = "maintenance.exit"


@dataclass(frozen=True)
class FaultRaised(Event):
    """A part that the machine cannot work without has failed.

    Attributes:
        part: which one.
        why: in words for a technician.
    """

    part: str
    why: str

    name: ClassVar[str] = "fault.raised"


@dataclass(frozen=True)
class FaultCleared(Event):
    """The failed part answers again."""

    name: ClassVar[str] = "fault.cleared"
