"""Carries out what a page asks of a simulated world."""

from __future__ import annotations

from rvm_edge.bridges.local import simulation_requests as ask
from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.messages import Result
from rvm_edge.bridges.local.simulation import SimulatedWorld


async def play(request: Request, world: SimulatedWorld) -> Result:
    """Do what one of the simulation's requests asks, and return how the world is then.

    Raises:
        RefusedError: the world does not do it.
    """
    text = ""
    if isinstance(request, ask.SimulateInsert):
        text = await world.insert(request.thing)
    elif isinstance(request, ask.SimulateCondition):
        await world.change(request.condition, holds=request.holds)
    elif isinstance(request, ask.SimulateIncident):
        await world.happen(request.incident)
    return Result(text=text, world=world.now())
