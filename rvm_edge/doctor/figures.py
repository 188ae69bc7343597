"""What a machine that runs tells everybody on this computer."""

import re
from typing import Final

import httpx

from rvm_edge.doctor.place import Place

MACHINE_S: Final = 2.0

_FIGURE: Final = re.compile(r"^rvm_edge_(\w+(?:\{.*\})?) (\S+)$", re.MULTILINE)


def figures_of_machine(place: Place) -> dict[str, float] | None:
    """Return its figures, by name and labels as they are told; None if it does not run."""
    address = f"http://127.0.0.1:{place.settings.screen.port}/metrics"
    try:
        told = httpx.get(address, timeout=MACHINE_S, trust_env=False).raise_for_status().text
        return {name: float(value) for name, value in _FIGURE.findall(told)}
    except (httpx.HTTPError, ValueError):
        return None
