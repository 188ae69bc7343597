"""How busy the computer is."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

Gauge = Callable[[], float]
"""Returns a percentage; may fail, and may say anything."""


class Gauges(msgspec.Struct, frozen=True):
    """What is read of the computer, in percent.

    Attributes:
        cpu_pct: of all cores, since it was last read.
        memory_pct: of the physical memory that is not available.
        disk_pct: of the disk that holds the machine's memory; may block.
    """

    cpu_pct: Gauge
    memory_pct: Gauge
    disk_pct: Gauge


def psutil_gauges(data_dir: Path) -> Gauges:
    """Return the gauges of this computer.

    Args:
        data_dir: lies on the disk that counts.
    """
    psutil.cpu_percent(None)  # the first reading has nothing to compare with, and says 0
    return Gauges(
        cpu_pct=lambda: psutil.cpu_percent(None),
        memory_pct=lambda: psutil.virtual_memory().percent,
        disk_pct=lambda: psutil.disk_usage(str(data_dir)).percent,
    )


def percent(gauge: Gauge) -> float | None:
    """Read a gauge; None where it fails or says what no percentage can be."""
    try:
        value = gauge()
    except (OSError, psutil.Error, ValueError, ArithmeticError, LookupError):
        return None  # psutil parses the kernel's files, and fails in these ways over odd ones
    return min(100.0, max(0.0, value)) if math.isfinite(value) else None
