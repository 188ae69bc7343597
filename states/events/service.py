"""Technicians, and parts that fail."""

from __future__ import annotations

from typing import ClassVar

from rvm_edge.statechart.definition import Event


class DoorOpened(Event, frozen=True):
    """The service door stands open."""

    name: ClassVar[str] = "door.opened"


class DoorClosed(Event, frozen=True):
    """The service door is shut again, and nobody asked for maintenance."""

    name: ClassVar[str] = "door.closed"


class MaintenanceEnter(Event, frozen=True):
    """A technician or the operator takes the machine out of use."""

    name: ClassVar[str] = "maintenance.enter"


class MaintenanceExit(Event, frozen=True):
    """A technician or the operator gives the machine back to the public."""

    name: ClassVar[str] = "maintenance.exit"


class FaultRaised(Event, frozen=True):
    """A part that the machine cannot work without has failed.

    Attributes:
        part: which one.
        why: in words for a technician.
    """

    part: str
    why: str

    name: ClassVar[str] = "fault.raised"


class FaultCleared(Event, frozen=True):
    """The failed part answers again."""

    name: ClassVar[str] = "fault.cleared"
