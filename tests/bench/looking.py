"""What the benchmarks of the eyes share."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from drivers.ports import Encoding, Frame
from rvm_edge.packaged import samples_dir

# ONNX Runtime's threads spin for a while after their work; neither side may pay for the other's.
REST_S = 0.01


def sample_frames() -> list[Frame]:
    """Return the shipped pictures as a camera would deliver them."""
    paths = sorted((samples_dir() / "images").glob("*.jpg"))
    return [
        Frame(path.read_bytes(), Encoding.JPEG, 0, 0, 0.0, number)
        for number, path in enumerate(paths)
    ]


def turns_within(seconds: float, most: int, least: int = 2) -> Iterator[int]:
    """Count turns from 0 until there were `most`, or time is over; but `least` there always are."""
    ends = time.monotonic() + seconds
    for turn in range(most):
        if turn >= least and time.monotonic() >= ends:
            return
        yield turn


def resident_mib(pid: int) -> float:
    """Return how much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 do not exceed; of few values the largest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
