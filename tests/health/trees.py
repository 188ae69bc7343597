"""File systems as a computer would show them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ORIN_RELEASE = (
    "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64, "
    "DATE: Wed Jan  8 01:49:37 UTC 2025\n"
)


def plant(root: Path, place: str, content: str | bytes) -> Path:
    """Put a file into a tree."""
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def plant_zone(root: Path, number: int, kind: str, temp: str | bytes) -> Path:
    """Put a thermal zone into a tree; return the file of its temperature."""
    zone = f"sys/class/thermal/thermal_zone{number}"
    plant(root, f"{zone}/type", f"{kind}\n")
    return plant(root, f"{zone}/temp", temp)


@contextmanager
def hung(path: Path) -> Iterator[None]:
    """Make a file hang whoever reads it, while inside: a pipe that nobody writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    keeper = -1
    try:
        yield
    finally:
        # Whoever hangs in it is let go: opened for both, a pipe has its writer at once.
        keeper = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        os.close(keeper)
