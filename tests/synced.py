"""What is brought to the disk, and what it held at that moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def watch_syncs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, object]]:
    """Note of each file its content when it was brought to the disk, of each folder the names."""
    seen: list[tuple[Path, object]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        held = sorted(one.name for one in path.iterdir()) if path.is_dir() else path.read_bytes()
        seen.append((path, held))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return seen
