"""The simulated machine's ports, bundled as the chart wants them."""

from __future__ import annotations

from drivers.sim.actuators import (
    SimulatedDoorLock,
    SimulatedGate,
    SimulatedIndicator,
    SimulatedLight,
    SimulatedPulse,
    SimulatedSorter,
)
from drivers.sim.camera import SimulatedCamera
from drivers.sim.link import SimulatedWorld, Verb
from drivers.sim.sensors import (
    SimulatedBin,
    SimulatedPresence,
    SimulatedScale,
    SimulatedThermometer,
)
from rvm_edge.machine import Hardware


def hardware_over(world: SimulatedWorld) -> Hardware:
    """Return every port on `world` directly; works in virtual time."""
    return Hardware(
        camera=SimulatedCamera(world),
        gate=SimulatedGate(world),
        sorter=SimulatedSorter(world),
        light=SimulatedLight(world),
        indicator=SimulatedIndicator(world),
        chamber=SimulatedPresence(world, Verb.CHAMBER),
        slot=SimulatedPresence(world, Verb.SLOT),
        bin=SimulatedBin(world),
        door=SimulatedDoorLock(world),
        pulse=SimulatedPulse(world),
        scale=SimulatedScale(world),
        thermometer=SimulatedThermometer(world),
    )
