"""Writes the conformance table into the docs: ``python -m tests.drivers.conformance.table FILE``.

A cell names the tests that pytest really collects for it, or the reason why there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from rvm_edge.generated import keep
from rvm_edge.simulator.faults import Fault
from tests.drivers.conformance.collected import collected
from tests.drivers.conformance.excuses import EXCUSES, excuse_for
from tests.drivers.conformance.matrix import PORTS, WAYS, Cell, cells
from tests.drivers.conformance.simulated_faults import PUT_AS, SHOWN_IN

Tests = Mapping[Cell, frozenset[str]]

_HEAD = """\
# Conformance: every port, every driver, every fault

Written by `make docs` from the tests that pytest collects; `make check` fails when they differ.
A **number** is a test of the list below the table, run through the driver of that column; a
**letter** is a reason, listed at the end, why there is none. A test fails when a port, a driver or
a fault has no cell, when a cell has neither, and when a reason has become untrue.

`make test PYTEST_ARGS="tests/drivers"` runs all of them, without hardware: the real drivers speak
to a pseudo terminal, to faked ioctls of the kernel, to real GStreamer pipelines. **None of it was
run on a Jetson or with an ESP32**; a [transcript of a real one](esp32-wire.md) would be replayed as
strictly.
"""


def render(tests: Tests) -> str:
    """Return the page."""
    return "\n".join([*_head(tests), *_columns(), *_tables(tests), *_reasons(), *_faults()]) + "\n"


def _head(tests: Tests) -> Iterator[str]:
    yield _HEAD
    promised = list(cells())
    shown = sum(1 for cell in promised if cell in tests)
    names = {name for cell in promised for name in tests.get(cell, ())}
    yield (
        f"{len(PORTS)} ports, {len(WAYS)} ways to them: of {len(promised)} cells {shown} are shown "
        f"by {len(names)} tests, and {len(promised) - shown} have a reason."
    )
    yield ""


def _columns() -> Iterator[str]:
    yield "| Column | In `drivers/` | In a hardware map | What it is here |"
    yield "|---|---|---|---|"
    for way in WAYS:
        kind = f"`{way.kind.value}`" if way.kind else "–"
        yield f"| {way.name} | `{way.folder}` | {kind} | {way.what} |"
    yield ""


def _tables(tests: Tests) -> Iterator[str]:
    for port, trials in PORTS.items():
        ways = [way for way in WAYS if port in way.serves]
        yield f"## `{port}`"
        yield ""
        yield f"| Put to it | {' | '.join(way.name for way in ways)} |"
        yield f"|---|{'---|' * len(ways)}"
        names = sorted({name for c in cells() if c.port == port for name in tests.get(c, ())})
        for trial in trials:
            found = [_entry(Cell(port, way.name, trial.value), tests, names) for way in ways]
            yield f"| {trial.value} | {' | '.join(found)} |"
        yield ""
        for number, name in enumerate(names, 1):
            file, _, test = name.partition("::")
            yield f"{number}. `{test}` ({file})"
        yield ""


def _entry(cell: Cell, tests: Tests, names: Sequence[str]) -> str:
    if cell in tests:
        return " ".join(str(1 + names.index(name)) for name in sorted(tests[cell]))
    excuse = excuse_for(cell)
    return _letter(EXCUSES.index(excuse)) if excuse else "**missing**"


def _reasons() -> Iterator[str]:
    yield "## Why there is none"
    yield ""
    yield "| | Columns | Reason |"
    yield "|---|---|---|"
    for number, excuse in enumerate(EXCUSES):
        yield f"| {_letter(number)} | {', '.join(excuse.ways)} | {excuse.why} |"


def _faults() -> Iterator[str]:
    yield ""
    yield "## Where the simulated machine's faults are"
    yield ""
    yield "| Fault | Put to the drivers as | Shown in |"
    yield "|---|---|---|"
    for fault in Fault:
        put = PUT_AS[fault].value if fault in PUT_AS else "–"
        yield f"| `{fault.value}` | {put} | {SHOWN_IN.get(fault, 'the tables above')} |"


def _letter(number: int) -> str:
    return chr(ord("a") + number)


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with ``--check`` say whether it is up to date.

    Returns:
        0, or 1 for a page that differs from the tests, or 2 for wrong usage.
    """
    return keep(
        arguments,
        "tests.drivers.conformance.table",
        "FILE",
        lambda file: {file: render(collected())},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
