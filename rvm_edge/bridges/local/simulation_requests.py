"""What may be asked of a simulated world; a real machine refuses all of it."""

from __future__ import annotations

from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing


class SimulateLook(Request, frozen=True, tag="simulate_look"):
    """Tell how the simulated world is."""


class SimulateInsert(Request, frozen=True, tag="simulate_insert"):
    """Put something in, as a person would, once the slot is open.

    Attributes:
        thing: what.
    """

    thing: Thing


class SimulateCondition(Request, frozen=True, tag="simulate_condition"):
    """Let something hold in the simulated world, or hold no more.

    Attributes:
        condition: what.
        holds: whether it is to hold from now on.
    """

    condition: Condition
    holds: bool


class SimulateIncident(Request, frozen=True, tag="simulate_incident"):
    """Let something happen in the simulated world.

    Attributes:
        incident: what.
    """

    incident: Incident
