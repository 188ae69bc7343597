"""What the worker costs, for every library: its start, its memory, and handing a picture over.

python -m tests.bench.bench_worker
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from drivers.ports import Encoding, Frame
from rvm_edge.vision.backends.quiet_ultralytics import silence
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.shared_frames import SharedFrames
from tests.bench.bench_backends import Contender, contenders_in
from tests.bench.heavy import in_heavy, print_result
from tests.bench.looking import p99, resident_mib, sample_frames, turns_within
from tests.bench.result import BenchResult

_TURNS = 200
_LIMIT_S = 100.0


def run(starts: int = 3) -> BenchResult:
    """Measure; takes a minute or two, and never more than three."""
    return in_heavy("worker", lambda: _run(starts))


def _run(starts: int) -> BenchResult:
    with TemporaryDirectory() as folder:
        silence(Path(folder))
        figures = trio.run(_measure, tuple(contenders_in(Path(folder))), starts)
    shared = _into_shared_memory()
    figures["raw_720p_into_shared_memory_us_p50"] = statistics.median(shared) * 1e6
    figures["raw_720p_into_shared_memory_us_p99"] = p99(shared) * 1e6
    return BenchResult(
        "worker",
        {name: round(value, 3) for name, value in figures.items()},
        {},
        (
            f"up to {starts} starts each, {_TURNS} hand-overs",
            "ready: the model is loaded and has looked once; resident: after ten items",
            "hand_over: a question about no picture at all, there and back",
        ),
    )


async def _measure(contenders: Sequence[Contender], starts: int) -> dict[str, float]:
    frames = sample_frames()
    figures: dict[str, float] = {}
    spawned: dict[str, list[float]] = {one.name: [] for one in contenders}
    for start in turns_within(_LIMIT_S, starts, 1):
        for one in contenders:
            began = time.perf_counter()
            async with WorkerEyes(one.settings, one.model).run() as eyes:
                await eyes.ready()
                spawned[one.name].append(time.perf_counter() - began)
                if start:
                    continue
                for frame in frames[:10]:
                    await eyes.judge([frame], None)
                figures[f"{one.name}_resident_mib"] = resident_mib(eyes.worker_pid or 0)
                taken = []
                for _ in range(_TURNS):
                    began = time.perf_counter()
                    await eyes.judge([], None)
                    taken.append(time.perf_counter() - began)
                figures[f"{one.name}_hand_over_us_p50"] = statistics.median(taken) * 1e6
                figures[f"{one.name}_hand_over_us_p99"] = p99(taken) * 1e6
    for name, values in spawned.items():
        figures[f"{name}_spawn_to_ready_ms_p50"] = statistics.median(values) * 1000
    return figures


def _into_shared_memory() -> list[float]:
    frame = Frame(bytes(1280 * 720 * 3), Encoding.BGR24, 1280, 720, 0.0, 0)
    taken = []
    with SharedFrames() as shared:
        for _ in range(_TURNS):
            began = time.perf_counter()
            shared.put([frame])
            taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    print_result(_run(3))
