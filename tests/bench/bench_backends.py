"""Insert to verdict against the bare forward of the same library, for every library that runs it.

All of them take turns in one run: for each library and for items of one and of three pictures first
our eyes, then the library alone with tensors that were prepared beforehand.

    python -m tests.bench.bench_backends
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import onnxruntime
import trio
from numpy.typing import NDArray

from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends.quiet_ultralytics import silence
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.letterbox import letterbox
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose
from rvm_edge.vision.picture import read_picture
from tests.bench.heavy import in_heavy, print_result
from tests.bench.looking import REST_S, p99, sample_frames, turns_within
from tests.bench.result import BenchResult

_SIDE = 320
_WARM_UP = 5
_PICTURES = (1, 3)
_LIMIT_S = 110.0
_PATIENT = {"judge_timeout_s": 30.0}

Forward = Callable[[NDArray[np.float32]], object]


@dataclass(frozen=True)
class Contender:
    """One library with one kind of file.

    Attributes:
        name: for the figures.
        model: the file.
        settings: how our eyes run it.
        bare: runs it without us.
        ours: seconds per item, by pictures per item.
        alone: likewise, of the library alone.
    """

    name: str
    model: ModelFile
    settings: VisionSettings
    bare: Forward
    ours: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in _PICTURES})
    alone: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in _PICTURES})


def run(items: int = 60) -> BenchResult:
    """Measure; takes about a minute on two quiet cores, and never more than three."""
    return in_heavy("backends", lambda: _run(items))


def _run(items: int) -> BenchResult:
    with TemporaryDirectory() as folder:
        silence(Path(folder))
        contenders = tuple(contenders_in(Path(folder)))
        trio.run(_measure, contenders, items)
    figures: dict[str, float] = {}
    ratios: dict[str, float] = {}
    for one in contenders:
        for pictures in _PICTURES:
            case = f"{one.name}_{pictures}_{'frame' if pictures == 1 else 'frames'}"
            for side, values in (("verdict", one.ours[pictures]), ("bare", one.alone[pictures])):
                figures[f"{side}_{case}_ms_p50"] = statistics.median(values[_WARM_UP:]) * 1000
                figures[f"{side}_{case}_ms_p99"] = p99(values[_WARM_UP:]) * 1000
            ratios[f"verdict_over_bare_{case}"] = statistics.median(
                one.ours[pictures][_WARM_UP:]
            ) / statistics.median(one.alone[pictures][_WARM_UP:])
    return BenchResult(
        "backends",
        {name: round(value, 3) for name, value in figures.items()},
        {name: round(value, 3) for name, value in ratios.items()},
        (
            f"{len(contenders[0].ours[1]) - _WARM_UP} turns on the CPU, "
            f"{contenders[0].settings.threads} threads on both sides",
            "a p99 of so few turns is nearly the longest; the ratio is p50 over p50",
        ),
    )


def contenders_in(folder: Path) -> Iterator[Contender]:
    """Yield ONNX Runtime, and Ultralytics with a `.pt` and with the same `.onnx`."""
    from tests.ai.trained import write_checkpoint  # noqa: PLC0415 - imports torch

    shipped = choose(VisionSettings(), model_file(MANIFEST).parent)
    write_checkpoint(shipped.path, folder / "trained.pt")
    trained = ModelFile(folder / "trained.pt", "")
    light = msgspec.convert({**_PATIENT, "backend": "onnxruntime"}, VisionSettings)
    heavy = msgspec.convert({**_PATIENT, "backend": "ultralytics"}, VisionSettings)
    threads = light.threads
    yield Contender("onnxruntime", shipped, light, _bare_onnx_runtime(shipped.path, threads))
    yield Contender("ultralytics_pt", trained, heavy, _bare_ultralytics(trained.path, threads))
    yield Contender("ultralytics_onnx", shipped, heavy, _bare_ultralytics(shipped.path, threads))


async def _measure(contenders: Sequence[Contender], items: int) -> None:
    frames = sample_frames()
    tensors = [letterbox(read_picture(one.data, one.encoding), _SIDE)[0] for one in frames]
    async with AsyncExitStack() as stack:
        eyes = [
            await stack.enter_async_context(WorkerEyes(one.settings, one.model).run())
            for one in contenders
        ]
        for each in eyes:
            await each.ready()
        for turn in turns_within(_LIMIT_S, items + _WARM_UP, _WARM_UP + 2):
            for one, each in zip(contenders, eyes, strict=True):
                for pictures in _PICTURES:
                    chosen = [(turn * pictures + n) % len(frames) for n in range(pictures)]
                    await trio.sleep(REST_S)
                    began = time.perf_counter()
                    await each.judge([frames[n] for n in chosen], None)
                    one.ours[pictures].append(time.perf_counter() - began)
                    await trio.sleep(REST_S)
                    began = time.perf_counter()
                    for n in chosen:
                        one.bare(tensors[n])
                    one.alone[pictures].append(time.perf_counter() - began)


def _bare_onnx_runtime(path: Path, threads: int) -> Forward:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda tensor: session.run(None, {"images": tensor})


def _bare_ultralytics(path: Path, threads: int) -> Forward:
    """Return Ultralytics' own backend for a file, called with a tensor and nothing else."""
    import torch  # noqa: PLC0415 - only the heavy environment has it
    from ultralytics.nn.autobackend import AutoBackend  # noqa: PLC0415
    from ultralytics.nn.backends import ONNXBackend  # noqa: PLC0415

    cpu = torch.device("cpu")
    if path.suffix == ".onnx":
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        backend = ONNXBackend(path, cpu, session_options=options)
    else:
        backend = AutoBackend(path, device=cpu, verbose=False)
    torch.set_num_threads(threads)

    def forward(tensor: NDArray[np.float32]) -> object:
        with torch.inference_mode():
            answer: object = backend(torch.from_numpy(tensor))
        return answer

    return forward


if __name__ == "__main__":
    print_result(_run(60))
