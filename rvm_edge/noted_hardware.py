"""A machine's hardware with every call noted: so the server hears which parts were found."""

from __future__ import annotations

from drivers.noted.ports import (
    NotedBin,
    NotedBinGauge,
    NotedCamera,
    NotedDoor,
    NotedGate,
    NotedIndicator,
    NotedLight,
    NotedPresence,
    NotedPulse,
    NotedScale,
    NotedSorter,
    NotedThermometer,
)
from drivers.noted.roll_call import RollCall
from rvm_edge.machine import Hardware


def noted(hardware: Hardware, calls: RollCall) -> Hardware:
    """Return `hardware` with every call noted in `calls`, by the port's name in `Hardware`."""
    scale, thermometer = hardware.scale, hardware.thermometer
    gauge = hardware.bin_gauge
    return Hardware(
        camera=NotedCamera(hardware.camera, calls),
        gate=NotedGate(hardware.gate, calls),
        sorter=NotedSorter(hardware.sorter, calls),
        light=NotedLight(hardware.light, calls),
        indicator=NotedIndicator(hardware.indicator, calls),
        chamber=NotedPresence(hardware.chamber, calls, "chamber"),
        slot=NotedPresence(hardware.slot, calls, "slot"),
        bin=NotedBin(hardware.bin, calls),
        door=NotedDoor(hardware.door, calls),
        pulse=NotedPulse(hardware.pulse, calls),
        scale=None if scale is None else NotedScale(scale, calls),
        thermometer=None if thermometer is None else NotedThermometer(thermometer, calls),
        changes=hardware.changes,
        bin_gauge=None if gauge is None else NotedBinGauge(gauge, calls),
    )
