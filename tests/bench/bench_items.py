"""Items per minute through the whole machine whose mechanism takes no time at all.

A short run beside the long one takes the start and the end of the process out of the figure. The
floors are the verdict alone, as no machine is faster than its eyes, and the verdict together with
the waits that the settings ask for whatever the mechanism is: for the light, between two pictures,
and until a sensor is believed, once when the item comes and once when it is gone.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

import msgspec

from rvm_edge.settings import Policy
from tests.bench.result import BenchResult

_LIMIT_S = 300.0


class _Account(msgspec.Struct):
    """The part of the demo's account that matters here."""

    items: int
    lost: int
    duplicated: int
    journal_ok: bool
    verdict_ms_p50: float
    wall_s: float


def run(items: int = 60, runs: int = 3) -> BenchResult:
    """Measure; takes some two minutes."""
    per_item: list[float] = []
    verdict: list[float] = []
    for _ in range(runs):
        short, long = _demo(1), _demo(items)
        per_item.append((long.wall_s - short.wall_s) / (long.items - short.items))
        verdict.append(long.verdict_ms_p50 / 1e3)
    floor_s = median(verdict) + _waits_s(Policy())
    return BenchResult(
        name="items",
        figures={
            "items_per_minute": 60 / median(per_item),
            "item_ms": median(per_item) * 1e3,
            "verdict_ms_p50": median(verdict) * 1e3,
            "waits_and_verdict_ms": floor_s * 1e3,
        },
        ratios={
            "item_over_verdict": median(per_item) / median(verdict),
            "item_over_waits_and_verdict": median(per_item) / floor_s,
        },
        notes=(
            f"medians of {runs} runs of {items} items; real pictures, disk, clock, pty and worker",
            "people come, look for the open gate and take back what they are given in this time",
        ),
    )


def _waits_s(policy: Policy) -> float:
    """Return how long an item waits because the settings say so, in seconds."""
    pictures_s = policy.light_settle_s + sum(policy.frame_gaps_s())
    return pictures_s + 2 * policy.debounce_s


def _demo(items: int) -> _Account:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "rvm_edge", "demo", "--headless", "--json"),
            *("--items", str(items), "--seed", "1"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=_LIMIT_S,
    )
    account = msgspec.json.decode(done.stdout, type=_Account)
    if account.lost or account.duplicated or not account.journal_ok or account.items != items:
        raise AssertionError(f"what is not right is not worth timing: {account}")
    return account
