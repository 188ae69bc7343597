"""What the machine is made of, as the hardware map says, in the words of the inventory."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rvm_edge.hardware_map import SIMULATED, Driver, HardwareMap
from rvm_edge.telemetry import Part

CAMERAS = ("camera",)
SENSORS = ("chamber", "slot", "bin", "scale", "thermometer")
ACTUATORS = ("gate", "sorter", "light", "indicator", "door")
NO_PART = ("pulse",)
"""The controller's sign of life is told as the microcontroller itself."""

UNITS = {"bin": "%", "scale": "g", "thermometer": "C"}

INTERFACE_OF = {
    Driver.SIM: "simulated",
    Driver.ESP32: "UART",
    Driver.GSTREAMER: "CSI",
    Driver.V4L2: "USB",
    Driver.PICTURES: "files",
    Driver.GPIO: "GPIO",
    Driver.IIO: "kernel",
}
"""How a port is reached that has something real behind it."""


class PartsList(msgspec.Struct, frozen=True):
    """The parts by what they do; the fields are those of `rvm_edge.telemetry.Inventory`."""

    cameras: tuple[Part, ...]
    sensors: tuple[Part, ...]
    actuators: tuple[Part, ...]
    microcontroller: tuple[str, int] | None


def parts_of(hardware: HardwareMap, working: Mapping[str, bool]) -> PartsList:
    """List what is fitted.

    Args:
        hardware: the map.
        working: by port, whether it was found to answer; a port that nobody asked is missing.
    """
    link = hardware.esp32
    is_wired = link.device != SIMULATED
    return PartsList(
        cameras=_parts(hardware, CAMERAS, working),
        sensors=_parts(hardware, SENSORS, working),
        actuators=_parts(hardware, ACTUATORS, working),
        microcontroller=(link.device, link.baud) if is_wired else None,
    )


def _parts(
    hardware: HardwareMap, names: tuple[str, ...], working: Mapping[str, bool]
) -> tuple[Part, ...]:
    fitted, simulated = hardware.assignments(), hardware.simulated_ports()
    return tuple(
        Part(
            name=name,
            model=fitted[name].part,
            interface="simulated" if name in simulated else INTERFACE_OF[fitted[name].driver],
            wires=tuple(sorted(fitted[name].wires.items())),
            working=working.get(name),
            unit=UNITS.get(name, ""),
        )
        for name in names
        if name in fitted and fitted[name].driver is not Driver.NONE
    )
