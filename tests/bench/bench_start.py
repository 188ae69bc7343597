"""From nothing to a machine that serves, against an interpreter that imports trio and transitions.

The peer is what the smallest program on the same foundations needs before its first line of its
own. The machine opens its ledger and its journal, starts the eyes' worker and loads the model,
talks to the simulated ESP32 over a pty, and shakes hands with the simulated server.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from tests.bench.processes import python_s, simulated_machine
from tests.bench.result import BenchResult

PEER = "import trio, transitions"


def run(starts: int = 7) -> BenchResult:
    """Measure starts of both, in turn; takes some ten seconds."""
    operational: list[float] = []
    idle: list[float] = []
    peer: list[float] = []
    python_s(PEER)
    for _ in range(starts):
        peer.append(python_s(PEER))
        with tempfile.TemporaryDirectory() as folder, simulated_machine(Path(folder)) as machine:
            operational.append(machine.operational_s)
            idle.append(machine.idle_s)
    return BenchResult(
        name="start",
        figures={
            "operational_ms_p50": median(operational) * 1e3,
            "operational_ms_max": max(operational) * 1e3,
            "idle_ms_p50": median(idle) * 1e3,
            "import_trio_transitions_ms_p50": median(peer) * 1e3,
        },
        ratios={"operational_over_import_trio_transitions": median(operational) / median(peer)},
        notes=(f"medians of {starts} starts of each, in turn, each in an empty data folder",),
    )
