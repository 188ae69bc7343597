"""What SAM 2 costs at each size that is offered, with random weights: time and memory alone.

The floor is the detector's look at the same picture, in the same process and in turns.

    python -m tests.bench.bench_sam2
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.picture import read_picture
from tests.bench.heavy import in_heavy, print_result
from tests.bench.looking import resident_mib, sample_frames, turns_within
from tests.bench.result import BenchResult

_SIDES = (256, 512, 768, 1024)
_THREADS = 2
_LIMIT_S = 25.0
_PROBES = 4
_BOX = (131.0, 149.0, 388.0, 307.0)


def run(turns: int = 5) -> BenchResult:
    """Measure; takes a minute on two quiet cores, and never more than three."""
    return in_heavy("sam2", lambda: _run(turns))


def _run(turns: int) -> BenchResult:
    from rvm_edge.vision.segmenter.sam2_segmenter import Sam2Segmenter  # noqa: PLC0415
    from tests.ai.random_sam import settings_for, write_weights  # noqa: PLC0415 - imports torch

    frame = sample_frames()[4]
    picture = read_picture(frame.data, frame.encoding)
    detector = load_chosen(choose(VisionSettings(), model_file(MANIFEST).parent), VisionSettings())
    figures: dict[str, float] = {}
    ratios: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        weights = Path(folder, "random.pt")
        sha256 = write_weights(weights)
        for side in _SIDES:
            gc.collect()
            before = resident_mib(os.getpid())
            began = time.perf_counter()
            settings = settings_for(weights, sha256, side)
            segmenter = Sam2Segmenter.load(settings, device="cpu", half=False, threads=_THREADS)
            segmenter.segment(picture, _BOX, _PROBES)
            figures[f"{side}_load_and_first_look_ms"] = (time.perf_counter() - began) * 1000
            outline: list[float] = []
            around: list[float] = []
            look: list[float] = []
            for _ in turns_within(_LIMIT_S, turns):
                for taken, probes in ((outline, 0), (around, _PROBES)):
                    began = time.perf_counter()
                    segmenter.segment(picture, _BOX, probes)
                    taken.append(time.perf_counter() - began)
                began = time.perf_counter()
                detector.detect(picture)
                look.append(time.perf_counter() - began)
            figures[f"{side}_outline_ms_p50"] = statistics.median(outline) * 1000
            figures[f"{side}_outline_and_16_points_ms_p50"] = statistics.median(around) * 1000
            figures[f"{side}_outline_and_16_points_ms_max"] = max(around) * 1000
            figures[f"{side}_resident_mib_more"] = resident_mib(os.getpid()) - before
            ratios[f"{side}_over_the_detectors_look"] = statistics.median(
                around
            ) / statistics.median(look)
            del segmenter
    return BenchResult(
        "sam2",
        {name: round(value, 1) for name, value in figures.items()},
        {name: round(value, 1) for name, value in ratios.items()},
        (
            f"SAM 2.1 tiny on the CPU, {_THREADS} threads, 2 to {turns} turns, random weights: "
            "the cost is that of trained ones, the outlines are worth nothing",
        ),
    )


if __name__ == "__main__":
    print_result(_run(5))
