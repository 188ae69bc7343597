"""From nothing to a machine that serves, against an interpreter that imports trio and transitions.

The peer is what the smallest program on the same foundations needs before its first line of its
own. The machine opens its ledger and its journal, starts the eyes' worker and loads the model,
talks to the simulated ESP32 over a pty, and looks for its server. Seconds of a processor are told
beside those of the clock: they hardly depend on what else runs on the computer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from tests.bench.first_moments import Moments, measured_start
from tests.bench.processes import python_cpu_s, python_s
from tests.bench.result import BenchResult

PEER = "import trio, transitions"


def run(starts: int = 5) -> BenchResult:
    """Measure starts of both, in turn; takes some twenty seconds."""
    ours: list[Moments] = []
    peer: list[float] = []
    peer_cpu: list[float] = []
    python_s(PEER)
    for _ in range(starts):
        peer.append(python_s(PEER))
        peer_cpu.append(python_cpu_s(PEER))
        with tempfile.TemporaryDirectory() as folder:
            ours.append(measured_start(Path(folder)))
    serving, operational = _of(ours, lambda one: one.serving_s), _of(ours, _operational)
    cpu = _of(ours, lambda one: one.serving_cpu_s)
    return BenchResult(
        name="start",
        figures={
            "serving_ms_p50": median(serving) * 1e3,
            "serving_ms_max": max(serving) * 1e3,
            "serving_cpu_ms_p50": median(cpu) * 1e3,
            "operational_ms_p50": median(operational) * 1e3,
            "operational_ms_max": max(operational) * 1e3,
            "ready_ms_p50": median(_of(ours, lambda one: one.ready_s)) * 1e3,
            "first_verdict_ms_p50": median(_of(ours, lambda one: one.verdict_s)) * 1e3,
            "import_trio_transitions_ms_p50": median(peer) * 1e3,
            "import_trio_transitions_cpu_ms_p50": median(peer_cpu) * 1e3,
        },
        ratios={
            "serving_over_import_trio_transitions": median(serving) / median(peer),
            "serving_cpu_over_import_trio_transitions": median(cpu) / median(peer_cpu),
            "operational_over_import_trio_transitions": median(operational) / median(peer),
        },
        notes=(
            f"medians of {starts} starts of each, in turn, each in an empty data folder",
            "serving: /healthz answers 200; ready: a person may come; the first verdict includes "
            "the person's 0.6 s and the waits that the settings ask for",
        ),
    )


def _of(starts: Sequence[Moments], what: Callable[[Moments], float]) -> list[float]:
    return [what(one) for one in starts]


def _operational(one: Moments) -> float:
    return one.operational_s
