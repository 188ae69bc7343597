"""The import rules in pyproject.toml hold, and each of them bites when it is broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rvm_edge.locations import checkout_dir

ROOT = checkout_dir() or Path()
LINTER = Path(sys.executable).parent / "lint-imports"

TYPES = (
    "Ports, items, orders, identity, telemetry and settings are types "
    "that know nothing else of ours"
)

BREACHES = [
    (
        "rvm_edge/statechart/x.py",
        "import rvm_edge.item",
        "The statechart engine knows nothing of ours",
    ),
    (
        "rvm_edge/settings/policy.py",
        "import rvm_edge.allowed",
        TYPES,
    ),
    (
        "drivers/ports.py",
        "import drivers.sim",
        TYPES,
    ),
    (
        "rvm_edge/machine/hardware.py",
        "import rvm_edge.locations",
        "The Machine is made of ports, items and settings alone",
    ),
    (
        "rvm_edge/item.py",
        "import threading",
        "Types do nothing: they need no library that acts",
    ),
    (
        "states/x.py",
        "import rvm_edge.locations",
        "States decide with the engine, the Machine, items, settings and ports alone",
    ),
    (
        "states/x.py",
        "import drivers.sim",
        "States decide with the engine, the Machine, items, settings and ports alone",
    ),
    (
        "rvm_edge/vision/x.py",
        "import states.events",
        "Only the daemon, its display and the command line know the chart",
    ),
    (
        "rvm_edge/daemon.py",
        "import rvm_edge.simulator",
        "Only the command line and the tests know the simulator",
    ),
    (
        "rvm_edge/simulator/x.py",
        "import rvm_edge.daemon",
        "Only its display and the command line know the daemon",
    ),
    (
        "drivers/sim/x.py",
        "import rvm_edge.item",
        "Drivers know the ports, and nothing of the daemon or the chart",
    ),
    (
        "rvm_edge/ledger/x.py",
        "import rvm_edge.vision",
        "Rooms and drivers never reach into each other",
    ),
    (
        "rvm_edge/vision/x.py",
        "import drivers.sim",
        "Rooms and drivers never reach into each other",
    ),
    (
        "states/x.py",
        "def lazily() -> None:\n    import numpy",
        "The machine's own process loads no array, image or model library",
    ),
    (
        "drivers/camera/streamed.py",
        "import drivers.camera.v4l2_child",
        "The process that reads a USB camera is started, never imported",
    ),
    (
        "rvm_edge/x.py",
        "",
        "Every module of rvm_edge has its place, and imports point down",
    ),
    (
        "rvm_edge/allowed.py",
        "import rvm_edge.settings_file",
        "Every module of rvm_edge has its place, and imports point down",
    ),
]


def broken_contracts(folder: Path) -> list[str]:
    answer = subprocess.run(
        [LINTER, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200"},
    )
    lines = answer.stdout.splitlines()
    assert any(line.startswith("Contracts: ") for line in lines), answer.stdout + answer.stderr
    broken = re.findall(r"^(.+) BROKEN", answer.stdout, re.M)
    assert bool(broken) == (answer.returncode != 0)
    return broken


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the source tree that may be spoilt."""
    for package in ("rvm_edge", "states", "drivers"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_rule_holds() -> None:
    assert broken_contracts(ROOT) == []


@pytest.mark.parametrize(("file", "line", "rule"), BREACHES)
def test_a_breach_is_found_and_named(file: str, line: str, rule: str, house: Path) -> None:
    with (house / file).open("a") as module:
        module.write(f"\n{line}\n")
    assert rule in broken_contracts(house)


def test_every_rule_has_a_breach_that_proves_it() -> None:
    configured = [
        line.partition('"')[2].rstrip('"')
        for line in (ROOT / "pyproject.toml").read_text().splitlines()
        if line.startswith("name = ") and " " in line.removeprefix("name = ")
    ]
    assert set(configured) == {rule for _, _, rule in BREACHES}
