"""The ports that a machine has."""

from __future__ import annotations

import msgspec

from drivers.ports import (
    BinGauge,
    BinLevel,
    Brake,
    Camera,
    Changes,
    DoorLock,
    Gate,
    Indicator,
    Light,
    PresenceSensor,
    Pulse,
    Scale,
    Sorter,
    Thermometer,
    Wire,
)


class Hardware(msgspec.Struct, frozen=True):
    """The ports, as `config/hardware_map.json` assigns them.

    Attributes:
        chamber: the barrier that sees whether an item lies in the chamber.
        slot: the barrier across the slot: a hand or an item is in the way of the gate.
        scale: None where no scale is fitted.
        thermometer: None where none is fitted.
        bin_gauge: the bin's sensor, where it measures a distance; None where it does not.
        brake: stops gate and sorter; None where nothing can be stopped.
        wire: to the motor controller; None where there is none.
        changes: what the sensors say unasked; None where none of them can.
    """

    camera: Camera
    gate: Gate
    sorter: Sorter
    light: Light
    indicator: Indicator
    chamber: PresenceSensor
    slot: PresenceSensor
    bin: BinLevel
    door: DoorLock
    pulse: Pulse
    scale: Scale | None = None
    thermometer: Thermometer | None = None
    changes: Changes | None = None
    bin_gauge: BinGauge | None = None
    brake: Brake | None = None
    wire: Wire | None = None
