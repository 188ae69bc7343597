"""The words for how the machine is and what it is made of, as the server is told.

Types only: `health` measures, `bridges` sends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec


class Health(msgspec.Struct, frozen=True):
    """How the computer is.

    Attributes:
        cpu_pct: of all cores, since the last time it was asked.
        memory_pct: of the physical memory that is not available.
        disk_pct: of the disk that holds the machine's memory.
        cpu_c: the hottest of the processor's sensors, in degrees Celsius; None where none answers.
        gpu_pct: None where there is none, or it does not say.
        slowed_by: what slows the computer down now, because it is too warm or takes too much
            current; no more than the kernel's names.
    """

    cpu_pct: float
    memory_pct: float
    disk_pct: float
    cpu_c: float | None = None
    gpu_pct: float | None = None
    slowed_by: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One part of the machine.

    Attributes:
        name: the port's name in the hardware map; orders name parts by it.
        model: what it is, for people.
        interface: how it is connected, such as ``UART``, ``GPIO`` or ``simulated``.
        wires: which pins of the 40-pin header, by the BOARD numbering.
        working: whether it was found to answer; None where nobody asked it.
        unit: of what it measures, or "".
    """

    name: str
    model: str
    interface: str
    wires: tuple[tuple[str, int], ...] = ()
    working: bool | None = None
    unit: str = ""


class Inventory(msgspec.Struct, frozen=True):
    """What the machine is made of.

    Attributes:
        firmware_version: of this program.
        python_version: that runs it.
        jetpack_version: "" on anything but a Jetson.
        controller_type: the computer, such as ``NVIDIA Jetson Orin Nano``.
        timezone: IANA name, or "" while unknown.
        ip_local: in the local network; None without one.
        ip_vpn: in the private network; None without one.
        model_name: of the model's file, or "".
        model_version: as its card says, or "".
        model_hash: SHA-256 in hex, or "".
        microcontroller: the serial device and its speed, or None.
        cameras: what sees.
        sensors: what measures.
        actuators: what moves or shines.
        second_judge: how it stands: `off`, `starting`, `ready`, or `silent` or `dismissed` with the
            reason behind it; "" where nobody knows.
    """

    firmware_version: str
    python_version: str
    jetpack_version: str
    controller_type: str
    timezone: str
    ip_local: str | None
    ip_vpn: str | None
    model_name: str
    model_version: str
    model_hash: str
    microcontroller: tuple[str, int] | None
    cameras: tuple[Part, ...]
    sensors: tuple[Part, ...]
    actuators: tuple[Part, ...]
    second_judge: str = ""


class Figures(msgspec.Struct, frozen=True):
    """What the machine has done, and the anchor of its proof.

    Attributes:
        items: that were ever seen.
        dropped: into the bin.
        returned: to people.
        waiting: dropped, and not yet proved to be at the server.
        ambiguous: of these, sent without an answer that could be believed.
        dead: given up by the delivery, kept for a technician.
        held: taken as another machine, and kept for when this is that one again.
        journal_rows: how long the journal is.
        journal_head: the hash of its last row, in hex: whoever keeps it can later tell whether the
            journal was rewritten.
    """

    items: int = 0
    dropped: int = 0
    returned: int = 0
    waiting: int = 0
    ambiguous: int = 0
    dead: int = 0
    journal_rows: int = 0
    journal_head: str = ""
    held: int = 0


class Deeds(msgspec.Struct, frozen=True):
    """What only the running machine knows of itself.

    Attributes:
        figures: counts what was done; may fail.
        found: by port, whether it answered when it was last asked; without those never asked.
    """

    figures: Callable[[], Awaitable[Figures]]
    found: Callable[[], Mapping[str, bool]]


class Telemetry(Protocol):
    """Says how the machine is. Never raises: what cannot be measured is left out."""

    async def health(self) -> Health:
        """Measure the computer."""
        ...

    async def inventory(self) -> Inventory:
        """List what the machine is made of."""
        ...

    async def figures(self) -> Figures:
        """Count what it has done."""
        ...
