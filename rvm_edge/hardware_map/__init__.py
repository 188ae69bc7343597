"""Which driver serves which port of this machine, and how its parts are wired."""

from __future__ import annotations

from rvm_edge.hardware_map.reading import (
    MAX_BYTES,
    HardwareMapError,
    parse_hardware_map,
    read_hardware_map,
)
from rvm_edge.hardware_map.served import (
    GPIO_PINS,
    PORTS_OF_ESP32,
    SENSORS_OF_ESP32,
    SERVED,
)
from rvm_edge.hardware_map.tables import (
    SIMULATED,
    Assignment,
    BinTable,
    CameraTable,
    Driver,
    Esp32Link,
    HardwareMap,
    Ports,
    ScaleTable,
)

__all__ = [
    "GPIO_PINS",
    "MAX_BYTES",
    "PORTS_OF_ESP32",
    "SENSORS_OF_ESP32",
    "SERVED",
    "SIMULATED",
    "Assignment",
    "BinTable",
    "CameraTable",
    "Driver",
    "Esp32Link",
    "HardwareMap",
    "HardwareMapError",
    "Ports",
    "ScaleTable",
    "parse_hardware_map",
    "read_hardware_map",
]
