"""Which driver serves which port of this machine, and how its parts are wired."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.strict_tables import RefusedValueError, refused_as, to_struct

MAX_BYTES = 65_536
SIMULATED = "sim"

Pin = Annotated[int, Meta(ge=1, le=40)]
Words = Annotated[str, Meta(max_length=300)]


class HardwareMapError(Exception):
    """The map cannot be used. The message names the place, the reason and what is allowed."""


class Driver(Enum):
    """The kinds of driver there are."""

    SIM = "sim"
    ESP32 = "esp32"


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one port is served.

    Attributes:
        driver: which kind of driver.
        part: the part on the owner's machine; for people.
        wires: which pins of the 40-pin header it is wired to, by the BOARD numbering.
        note: what else a technician should know.
    """

    driver: Driver
    part: Words = ""
    wires: dict[Annotated[str, Meta(max_length=40)], Pin] = {}
    note: Words = ""


class Ports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ports of `rvm_edge.machine.Hardware`, under the same names.

    Attributes:
        scale: None where no scale is fitted.
        thermometer: None where none is fitted.
    """

    camera: Assignment
    gate: Assignment
    sorter: Assignment
    light: Assignment
    indicator: Assignment
    chamber: Assignment
    slot: Assignment
    bin: Assignment
    door: Assignment
    pulse: Assignment
    scale: Assignment | None = None
    thermometer: Assignment | None = None


class Esp32Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wire to the motor controller.

    Attributes:
        device: the serial device, best a name under /dev/serial/by-id; "sim" for the simulated
            controller behind a pseudo terminal.
        baud: bits per second, 8N1.
    """

    device: Annotated[str, Meta(min_length=1, max_length=200)] = SIMULATED
    baud: Literal[9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600] = 115_200


class HardwareMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `hardware_map.json` may say.

    Attributes:
        ports: which driver serves which port.
        esp32: the wire to the motor controller.
        about: for people.
    """

    ports: Ports
    esp32: Esp32Link = Esp32Link()
    about: list[Words] = []

    def assignments(self) -> dict[str, Assignment]:
        """Return the fitted ports by name."""
        found: dict[str, Assignment | None] = {
            name: getattr(self.ports, name) for name in self.ports.__struct_fields__
        }
        return {name: given for name, given in found.items() if given is not None}

    def simulated_ports(self) -> tuple[str, ...]:
        """Return the names of the ports that no real part stands behind."""
        return tuple(
            name
            for name, given in self.assignments().items()
            if given.driver is Driver.SIM or self.esp32.device == SIMULATED
        )


PORTS_OF_ESP32 = frozenset({"gate", "sorter", "light", "indicator", "pulse"})
"""What the controller's firmware has commands for."""


def read_hardware_map(path: Path) -> HardwareMap:
    """Read a hardware map.

    Raises:
        HardwareMapError: the file is missing, cannot be read, is no JSON, or says something that
            is not allowed.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise HardwareMapError(f"{path}: {error.strerror}") from error
    return parse_hardware_map(raw, name=str(path))


def parse_hardware_map(raw: bytes, name: str = "hardware_map.json") -> HardwareMap:
    """Parse the contents of a hardware map.

    Args:
        raw: the file's bytes.
        name: what to call it in a message.

    Raises:
        HardwareMapError: likewise.
    """
    with refused_as(HardwareMapError, name, raw, MAX_BYTES):
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repetition)
        found = to_struct(document, HardwareMap)
        _require_served(found)
    return found


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: JSON would silently keep the last."""
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise RefusedValueError(twice[:60], "stands twice in the same table")
    return table


def _require_served(found: HardwareMap) -> None:
    for port, given in found.assignments().items():
        if given.driver is Driver.ESP32 and port not in PORTS_OF_ESP32:
            served = ", ".join(sorted(PORTS_OF_ESP32))
            raise RefusedValueError(
                f"ports.{port}.driver", f"cannot be esp32: the controller serves {served} only"
            )
