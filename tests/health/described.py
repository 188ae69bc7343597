"""A machine with every port, and addresses as the kernel tells them."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from rvm_edge.hardware_map import Assignment, Driver, Esp32Link, HardwareMap, Ports

SIM = Assignment(Driver.SIM)
UART = Assignment(Driver.ESP32, part="NEMA17", wires={"step": 16, "direction": 18})
EVERY_PORT = Ports(
    camera=SIM,
    gate=UART,
    sorter=UART,
    light=UART,
    indicator=UART,
    chamber=SIM,
    slot=SIM,
    bin=Assignment(Driver.SIM, part="HC-SR04"),
    door=SIM,
    pulse=UART,
    scale=SIM,
    thermometer=SIM,
)
SIMULATED = HardwareMap(EVERY_PORT)
REAL = HardwareMap(EVERY_PORT, Esp32Link("/dev/ttyTHS1"))


@dataclass(frozen=True)
class Told:
    """One address of an interface."""

    address: str
    family: int = socket.AF_INET
