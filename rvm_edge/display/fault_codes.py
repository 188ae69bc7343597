"""The code that a machine at fault shows people to read out: one for each part, for good.

A code is never given another meaning, and never used again: it stands on stickers and in notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

CONTROLLER: Final = "controller"
MECHANISM: Final = "mechanism"
MEMORY: Final = "memory"
PROGRAM: Final = "program"
UNKNOWN: Final = "unknown"


class FaultCode(msgspec.Struct, frozen=True):
    """One code.

    Attributes:
        code: as people read it out.
        part: a port's name in the hardware map, or what else can fail.
        meaning: what does not work.
        advice: what a technician is to look at first.
    """

    code: str
    part: str
    meaning: str
    advice: str


TABLE: Final = (
    FaultCode(
        "F-11",
        CONTROLLER,
        "The motor controller does not answer.",
        "Its power and its serial cable; then restart it.",
    ),
    FaultCode(
        "F-21",
        "gate",
        "The slot's gate does not open or close.",
        "Something in the slot; the gate's motor and end switches.",
    ),
    FaultCode(
        "F-22",
        "sorter",
        "The sorting mechanism does not move, or is jammed.",
        "An item that is stuck; the motor and its end switches.",
    ),
    FaultCode(
        "F-23", "light", "The chamber's lamp cannot be switched.", "The lamp and its driver."
    ),
    FaultCode("F-24", "indicator", "The status light cannot be switched.", "Light and driver."),
    FaultCode(
        "F-25", "door", "The service door's switch or bolt does not answer.", "Switch and cable."
    ),
    FaultCode(
        "F-31",
        "camera",
        "The camera gives no picture, or only black, frozen or late ones.",
        "Its cable, its power, its lens; whether the chamber's lamp shines.",
    ),
    FaultCode(
        "F-41", "chamber", "The barrier in the chamber gives no reading.", "Dirt; its cable."
    ),
    FaultCode("F-42", "slot", "The barrier in the slot gives no reading.", "Dirt; its cable."),
    FaultCode("F-43", "bin", "The bin's level gives no reading.", "The sensor above the bin."),
    FaultCode("F-44", "scale", "The scale gives no reading.", "Its cable; then recalibrate."),
    FaultCode("F-45", "thermometer", "The thermometer gives no reading.", "Its cable."),
    FaultCode(
        "F-71",
        MECHANISM,
        "The mechanism does not come to rest in time.",
        "An item that is stuck; whatever keeps a barrier occupied.",
    ),
    FaultCode(
        "F-81",
        MEMORY,
        "What happens cannot be recorded on the disk.",
        "The disk: whether it is full, worn out, or read-only.",
    ),
    FaultCode(
        "F-91",
        PROGRAM,
        "A part of the program does not end, or cannot decide.",
        "Export the logs, then restart the machine.",
    ),
    FaultCode(
        "F-99",
        UNKNOWN,
        "Something failed that no part can be named for.",
        "The last lines of the journal in the technician's panel.",
    ),
)
"""The codes of the parts. F-1x is the controller, 2x what moves or shines, 3x what sees, 4x what
measures, 7x the mechanism as a whole, 8x the computer, 9x the program."""

REFUSED: Final = (
    FaultCode(
        "K-401",
        "key",
        "The server does not know this machine's key.",
        "Import the machine's credentials again.",
    ),
    FaultCode(
        "K-403",
        "operator",
        "The operator has closed this machine at the server.",
        "Ask the operator.",
    ),
)
"""The codes of a machine that its server refuses: no part has failed."""

_BY_PART: Final[Mapping[str, FaultCode]] = MappingProxyType({one.part: one for one in TABLE})

_PORTS: Final[Mapping[str, str]] = MappingProxyType({"pulse": CONTROLLER, "brake": CONTROLLER})
"""Ports that are called otherwise when they fail: no pulse means no controller."""


def part_of(port: str) -> str:
    """Return the part that a port belongs to."""
    return _PORTS.get(port, port)


def code_of(part: str) -> str:
    """Return a part's code; for a part that has none, the one that says so."""
    return _BY_PART.get(part, _BY_PART[UNKNOWN]).code
