"""Which tests there really are, and what they show: asked of pytest, not of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from drivers.esp32.timings import Dialect
from rvm_edge.hardware_map import SERVED, Driver
from tests.collection import collect
from tests.drivers.conformance.matrix import PORTS, SHOWN, Cell, Shown
from tests.drivers.verbs import EVERY

_TESTS = Path(__file__).resolve().parents[1]
BEHIND_RIGS = {
    "sim": "sim",
    "remote": "remote",
    "esp32": "ascii",
    "framed": "framed",
    "streamed": "stream",
    "gpio": "gpio",
    "faulty": "faulty",
    "noted": "noted",
}
"""Which way the rigs of `tests.drivers.rigs` stand for."""

ONLY_AT = {
    "ascii": SERVED[Driver.ESP32] | {"brake"},
    "framed": SERVED[Driver.ESP32] | {"brake"},
    "stream": frozenset({"camera"}),
    "gpio": frozenset({"chamber", "slot"}),
}
"""Where a rig has a driver of its own; the rest is the simulated machine's, and shows nothing."""


def collected() -> Mapping[Cell, frozenset[str]]:
    """Return the names of the tests that show each cell; a cell that is not there has none.

    Raises:
        CollectionFailedError: the tests cannot be collected.
    """
    return shown_by(collect(_TESTS))


def shown_by(items: Iterable[pytest.Item]) -> Mapping[Cell, frozenset[str]]:
    """Return the names of the tests among `items` that show each cell."""
    found: dict[Cell, set[str]] = defaultdict(set)
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        shown: tuple[Shown, ...] = getattr(item.function, SHOWN, ())
        for one in shown:
            name = f"{item.path.name}::{item.originalname}"
            for cell in _cells(one, item):
                found[cell].add(name)
    return {cell: frozenset(names) for cell, names in found.items()}


def _cells(shown: Shown, item: pytest.Function) -> Iterable[Cell]:
    given = item.callspec.params if hasattr(item, "callspec") else {}
    ports = shown.ports or _ports(given)
    if shown.ways:
        return [Cell(port, way, shown.trial.value) for port in ports for way in shown.ways]
    way = _way(given)
    served = ONLY_AT.get(way, frozenset(PORTS))
    return [Cell(port, way, shown.trial.value) for port in ports if way and port in served]


def _ports(given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the port whose verb a test was given."""
    name = given.get("name")
    if name is None:
        name = next((name for name, verb in EVERY.items() if verb is given.get("verb")), None)
    return (str(name).partition(".")[0],) if name is not None else ()


def _way(given: Mapping[str, object]) -> str:
    """Return the way that a test's rig, or its record, stands for; "" for none."""
    if isinstance(given.get("replayed"), Dialect):
        return "replay"
    rig = given.get("rig") or given.get("kind")
    return BEHIND_RIGS[str(rig)] if rig else ""
