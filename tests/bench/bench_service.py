"""How long nobody is served when the installed service is lost, under a real systemd.

In its own name spaces, as its own user, in its sandbox, with the unit that is shipped; the floor
is a service in the same unit that does nothing but answer.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import msgspec

from tests.bench.result import BenchResult
from tests.systemd.booted_system import run_scenario

KILLED_PROMISE_S = 2.0
HUNG_PROMISE_S = 5.0
_LIMIT_S = 240


class Losses(msgspec.Struct, frozen=True):
    """What the scenario of that name measured, in seconds."""

    killed_s: tuple[float, ...]
    stopped_s: tuple[float, ...]
    floor_s: tuple[float, ...]


def run() -> BenchResult:
    """Measure; about two minutes."""
    with tempfile.TemporaryDirectory(prefix="bench-service-") as folder:
        found = msgspec.convert(run_scenario("losses", Path(folder), _LIMIT_S), Losses)
    figures = {"killed_promise_s": KILLED_PROMISE_S, "hung_promise_s": HUNG_PROMISE_S}
    for name, waits in msgspec.structs.asdict(found).items():
        figures[f"{name}_p50"] = round(statistics.median(waits), 2)
        figures[f"{name}_most"] = round(max(waits), 2)
    killed = statistics.median(found.killed_s)
    return BenchResult(
        name="service",
        figures=figures,
        ratios={
            "killed_over_floor": round(killed / statistics.median(found.floor_s), 2),
            "killed_over_promise": round(killed / KILLED_PROMISE_S, 2),
            "hung_most_over_promise": round(max(found.stopped_s) / HUNG_PROMISE_S, 2),
        },
        notes=(
            "from the signal to an answer of /healthz; hung is SIGSTOP, noticed by the watchdog",
            "RestartSec=1 is in every figure, the floor's too",
            "the unit cannot keep what it compiles: rvm-edge install has compiled the program",
        ),
    )
