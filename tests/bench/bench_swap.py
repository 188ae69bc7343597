"""The longest gap in service when the model changes, while somebody asks all the time.

The floor is a judgement without any change: between two answers lies the time of one. The peer is
what anybody would do without a second worker: end the one that serves and start it anew with the
other model. The trial, which comes before, has its own figures: it takes computing time, which is
why a machine holds it only while nobody is served.

    python -m tests.bench.bench_swap
"""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import trio

from rvm_edge.machine import EyesError
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose
from rvm_edge.vision.models.assembly import rule
from rvm_edge.vision.models.canary import read_canaries
from rvm_edge.vision.models.trial import Bounds, try_out
from tests.bench.looking import turns_within
from tests.bench.result import BenchResult

_AROUND = 3
_LIMIT_S = 50.0
_DOC_STRING = b"\x32\x05other"  # field 6 of ModelProto: the same model under another hash


def run(swaps: int = 10, steady: int = 200) -> BenchResult:
    """Measure; takes about a minute, and never more than three."""
    return trio.run(_measure, swaps, steady)


async def _measure(swaps: int, steady: int) -> BenchResult:
    settings = VisionSettings(restart_first_s=0.001, restart_cap_s=0.001)
    shipped = choose(settings, model_file(MANIFEST).parent)
    canaries = read_canaries(samples_dir())
    frame = canaries[0].frames[0]
    with tempfile.TemporaryDirectory() as folder:
        models = (shipped, _other(shipped, Path(folder)))
        async with WorkerEyes(settings, shipped).run() as eyes:

            async def judge() -> None:
                await eyes.judge([frame], None)

            await eyes.ready()
            floor = await _gaps(judge, steady)
            swapped, trials, during = [], [], []
            for number in turns_within(_LIMIT_S, swaps):
                async with eyes.beside(models[(number + 1) % 2]) as second:
                    started = trio.current_time()
                    answers: list[float] = []
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(_ask_all_the_time, judge, answers)
                        bounds = Bounds(1000, 1000)
                        await try_out(second, eyes, canaries, rule(settings), bounds)
                        trials.append(trio.current_time() - started)
                        trial_end = len(answers)
                        await _until(answers, trial_end + _AROUND)
                        before = len(answers)
                        await eyes.adopt(second)
                        await _until(answers, before + _AROUND)
                        nursery.cancel_scope.cancel()
                    during += _between(answers[:trial_end])
                    swapped.append(max(_between(answers[max(0, before - 1) :])))
            restarted = [await _restart(eyes, judge) for _ in turns_within(_LIMIT_S, swaps)]
    p50 = statistics.median(floor)
    return BenchResult(
        name="swap",
        figures={
            "gap_without_swap_ms_p50": p50 * 1000,
            "gap_without_swap_ms_max": max(floor) * 1000,
            "gap_at_swap_ms_p50": statistics.median(swapped) * 1000,
            "gap_at_swap_ms_max": max(swapped) * 1000,
            "gap_at_restart_ms_p50": statistics.median(restarted) * 1000,
            "gap_at_restart_ms_max": max(restarted) * 1000,
            "gap_during_trial_ms_p50": statistics.median(during) * 1000,
            "gap_during_trial_ms_max": max(during) * 1000,
            "trial_s_p50": statistics.median(trials),
        },
        ratios={
            "longest_swap_gap_over_longest_without": max(swapped) / max(floor),
            "restart_gap_over_swap_gap": statistics.median(restarted) / statistics.median(swapped),
        },
        notes=(
            f"{len(swapped)} swaps, {len(restarted)} restarts, {len(floor)} judgements without "
            "either; one asks all the time, on the cores that are here",
            "a gap is the time between two answers; no answer was wrong or lost at a swap",
        ),
    )


def _other(shipped: ModelFile, folder: Path) -> ModelFile:
    path = folder / "other.onnx"
    path.write_bytes(shipped.path.read_bytes() + _DOC_STRING)
    return ModelFile(path, "", "other")


async def _gaps(judge: Callable[[], Awaitable[None]], count: int) -> list[float]:
    answers: list[float] = []
    for _ in range(count):
        await judge()
        answers.append(trio.current_time())
    return _between(answers)


async def _ask_all_the_time(judge: Callable[[], Awaitable[None]], answers: list[float]) -> None:
    while True:
        await judge()
        answers.append(trio.current_time())


async def _until(answers: list[float], count: int) -> None:
    while len(answers) < count:
        await trio.sleep(0.001)


async def _restart(eyes: WorkerEyes, judge: Callable[[], Awaitable[None]]) -> float:
    await judge()
    answered = trio.current_time()
    os.kill(eyes.worker_pid or 0, signal.SIGKILL)
    while True:
        try:
            await judge()
        except EyesError:
            continue
        return trio.current_time() - answered


def _between(answers: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(answers)]


if __name__ == "__main__":
    from tests.bench.__main__ import main

    main(["--only", "swap"])
