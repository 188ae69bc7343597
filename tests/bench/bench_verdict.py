"""Insert to verdict against the bare forward of the same pictures, taking turns in one run.

The floor is what anybody would write in four lines: an ONNX Runtime session with the same number of
threads, fed with tensors that were prepared beforehand. Everything above it is ours: handing the
pictures to the worker, reading and letterboxing them, decoding the output, the rule.

    python -m tests.bench.bench_verdict
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
import trio
from numpy.typing import NDArray

from drivers.ports import Encoding, Frame
from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.letterbox import letterbox
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.picture import read_picture
from rvm_edge.vision.shared_frames import SharedFrames
from tests.bench.looking import REST_S, p99, resident_mib, sample_frames
from tests.bench.result import BenchResult

_SIDE = 320
_WARM_UP = 5


@dataclass(frozen=True)
class _Case:
    """One way of being asked.

    Attributes:
        name: of the case.
        frames: pictures per item.
        burst: items one right after the other; the first one is not counted where there are more,
            so that it is the rested machine that is measured, or the busy one, never a mixture.
    """

    name: str
    frames: int
    burst: int
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def run(items: int = 60) -> BenchResult:
    """Measure; takes about half a minute with the default number of items per case."""
    return trio.run(_measure, VisionSettings(), items)


async def _measure(settings: VisionSettings, items: int) -> BenchResult:
    frames = sample_frames()
    tensors = [letterbox(read_picture(one.data, one.encoding), _SIDE)[0] for one in frames]
    model = choose(settings, model_file(MANIFEST).parent)
    forward = _bare_forward(model.path, settings.threads)
    cases = (_Case("1_frame", 1, 1), _Case("3_frames", 3, 1), _Case("1_frame_busy", 1, 4))
    spawned = time.perf_counter()
    async with WorkerEyes(settings, model).run() as eyes:
        await eyes.ready()
        ready_ms = (time.perf_counter() - spawned) * 1000

        async def judge(indices: Sequence[int]) -> None:
            await eyes.judge([frames[one] for one in indices], None)

        async def look(indices: Sequence[int]) -> None:
            for one in indices:
                forward(tensors[one])

        for turn in range(items + _WARM_UP):
            for case in cases:
                first = turn * case.frames
                indices = [(first + one) % len(frames) for one in range(case.frames)]
                case.ours.extend(await _burst(judge, indices, case.burst))
                case.bare.extend(await _burst(look, indices, case.burst))
        hand_over = [(await _burst(judge, [], 2))[0] for _ in range(items)]
        worker_mib = resident_mib(eyes.worker_pid or 0)
    figures = {
        "hand_over_us_p50": statistics.median(hand_over) * 1e6,
        "raw_720p_into_shared_memory_us_p50": _shared_memory_us(),
        "worker_resident_mib": worker_mib,
        "spawn_to_ready_ms": ready_ms,
    }
    for case in cases:
        for side, values in (("verdict", case.ours), ("bare", case.bare)):
            ordered = sorted(values[_WARM_UP:])
            figures[f"{side}_{case.name}_ms_p50"] = statistics.median(ordered) * 1000
            figures[f"{side}_{case.name}_ms_p99"] = p99(ordered) * 1000
    return BenchResult(
        name="verdict",
        figures={name: round(value, 3) for name, value in figures.items()},
        ratios={f"verdict_over_bare_{case.name}": _ratio(case) for case in cases},
        notes=(
            f"{items} turns, {settings.threads} threads on both sides, p50 over p50",
            "insert to verdict without the mechanism's travel and the camera's exposure",
            "rested: both sides start after a pause, as items do; busy: right after another item",
        ),
    )


async def _burst(
    work: Callable[[Sequence[int]], Awaitable[None]], indices: Sequence[int], burst: int
) -> list[float]:
    """Rest, do the work `burst` times, and return the seconds of all but the first of several."""
    await trio.sleep(REST_S)
    taken = []
    for _ in range(burst):
        started = time.perf_counter()
        await work(indices)
        taken.append(time.perf_counter() - started)
    return taken[1:] or taken


def _bare_forward(path: Path, threads: int) -> Callable[[NDArray[np.float32]], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda tensor: session.run(None, {"images": tensor})


def _shared_memory_us() -> float:
    """Return how long a raw 1280x720 frame takes into the shared memory."""
    frame = Frame(bytes(1280 * 720 * 3), Encoding.BGR24, 1280, 720, 0.0, 0)
    taken = []
    with SharedFrames() as shared:
        for _ in range(20):
            started = time.perf_counter()
            shared.put([frame])
            taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e6


def _ratio(case: _Case) -> float:
    return round(
        statistics.median(case.ours[_WARM_UP:]) / statistics.median(case.bare[_WARM_UP:]), 3
    )


def _as_json(result: BenchResult) -> Mapping[str, object]:
    return {
        "name": result.name,
        "figures": result.figures,
        "ratios": result.ratios,
        "notes": result.notes,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_as_json(run()), indent=2) + "\n")
