"""Insert to verdict against the bare forward of the same pictures, interleaved in one run.

The floor is what anybody would write in four lines: an ONNX Runtime session with the same number of
threads, fed with tensors that were prepared beforehand. Everything above it is ours: handing the
pictures to the worker, reading and letterboxing them, decoding the output, the rule.

    python tests/bench/bench_verdict.py
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
import trio
from numpy.typing import NDArray

from drivers.ports import Encoding, Frame
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.letterbox import letterbox
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.picture import read_picture
from rvm_edge.vision.shared_frames import SharedFrames

_FRAMES_PER_ITEM = 3
_WARM_UP_ITEMS = 5
# ONNX Runtime's threads spin for a while after their work; neither side may pay for the other's.
_REST_S = 0.01


@dataclass(frozen=True)
class BenchResult:
    """What one benchmark measured.

    Attributes:
        name: of the benchmark.
        figures: by name with the unit in it.
        ratios: ours over the floor, by name; 1 is the floor.
        notes: what a reader must know to judge them.
    """

    name: str
    figures: Mapping[str, float]
    ratios: Mapping[str, float]
    notes: Sequence[str] = field(default=())


def run(items: int = 100) -> BenchResult:
    """Measure; takes about ten seconds with the default number of items."""
    return trio.run(_measure, VisionSettings(), items)


async def _measure(settings: VisionSettings, items: int) -> BenchResult:
    frames = _sample_frames()
    tensors = [letterbox(read_picture(one.data, one.encoding), 320)[0] for one in frames]
    chosen = choose(settings, model_file(MANIFEST).parent)
    forward = _bare_forward(chosen.path, settings.threads)
    spawned = time.perf_counter()
    async with WorkerEyes(settings, chosen).run() as eyes:
        await eyes.ready()
        ready_ms = (time.perf_counter() - spawned) * 1000
        times: dict[str, list[float]] = {
            "verdict_1": [],
            "bare_1": [],
            "verdict_3": [],
            "bare_3": [],
        }
        for item in range(items + _WARM_UP_ITEMS):
            for count in (1, _FRAMES_PER_ITEM):
                chosen_indices = [(item * count + one) % len(frames) for one in range(count)]
                await trio.sleep(_REST_S)
                started = time.perf_counter()
                await eyes.judge([frames[one] for one in chosen_indices], None)
                times[f"verdict_{count}"].append(time.perf_counter() - started)
                await trio.sleep(_REST_S)
                started = time.perf_counter()
                for one in chosen_indices:
                    forward(tensors[one])
                times[f"bare_{count}"].append(time.perf_counter() - started)
        hand_over = [await _seconds_to_judge_nothing(eyes) for _ in range(items)]
        worker_mib = _resident_mib(eyes.worker_pid or 0)
    figures = {
        f"{name}_frame{'s' if name.endswith('3') else ''}_ms_{what}": pick(values) * 1000
        for name, all_values in times.items()
        for values in [sorted(all_values[_WARM_UP_ITEMS:])]
        for what, pick in (("p50", statistics.median), ("p99", _p99))
    }
    figures |= {
        "hand_over_us_p50": statistics.median(hand_over) * 1e6,
        "raw_720p_into_shared_memory_us_p50": _shared_memory_us(),
        "worker_resident_mib": worker_mib,
        "spawn_to_ready_ms": ready_ms,
    }
    return BenchResult(
        name="verdict",
        figures={name: round(value, 3) for name, value in figures.items()},
        ratios={
            "verdict_over_bare_1_frame": _ratio(times, 1),
            "verdict_over_bare_3_frames": _ratio(times, _FRAMES_PER_ITEM),
        },
        notes=(
            f"{items} items, {settings.threads} threads on both sides, p50 over p50, interleaved",
            "insert to verdict without the mechanism's travel and the camera's exposure",
        ),
    )


def _sample_frames() -> list[Frame]:
    paths = sorted((samples_dir() / "images").glob("*.jpg"))
    return [
        Frame(path.read_bytes(), Encoding.JPEG, 0, 0, 0.0, number)
        for number, path in enumerate(paths)
    ]


def _bare_forward(path: Path, threads: int) -> Callable[[NDArray[np.float32]], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda tensor: session.run(None, {"images": tensor})


async def _seconds_to_judge_nothing(eyes: WorkerEyes) -> float:
    started = time.perf_counter()
    await eyes.judge([], None)
    return time.perf_counter() - started


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


def _resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _p99(ordered: Sequence[float]) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _ratio(times: Mapping[str, Sequence[float]], count: int) -> float:
    ours = statistics.median(times[f"verdict_{count}"][_WARM_UP_ITEMS:])
    floor = statistics.median(times[f"bare_{count}"][_WARM_UP_ITEMS:])
    return round(ours / floor, 3)


if __name__ == "__main__":
    result = run()
    sys.stdout.write(
        json.dumps(
            {"name": result.name, "figures": result.figures, "ratios": result.ratios}, indent=2
        )
        + "\n"
    )
