"""The names by which the server may mean a part of the machine."""

from __future__ import annotations

from rvm_edge.orders import Component

_OLDER_NAMES = {
    "bin_ultrasonic": Component.BIN,
    "intake_proximity": Component.CHAMBER,
    "internal_temp": Component.THERMOMETER,
    "sorting_motor": Component.SORTER,
    "door_lock": Component.DOOR,
    "status_led": Component.INDICATOR,
}
"""What the first machine's map called its parts: servers that met it may still say so."""

COMPONENTS = {**{part.value: part for part in Component}, **_OLDER_NAMES}
"""Every name, exactly as it must be written: the hardware map's ports, and the older names."""


def names_of(part: Component) -> tuple[str, ...]:
    """Return all names of a part, the port's own first."""
    return tuple(name for name, meant in COMPONENTS.items() if meant is part)
