"""Specimens to play with."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.simulator.truth import Specimen


def specimen(folder: Path, name: str, label: str, *, good: bool) -> Specimen:
    picture = folder / f"{name}.jpg"
    picture.write_bytes(f"a picture of {name}".encode())
    return Specimen(name, picture, label, "pet", 20.0, should_accept=good)


@pytest.fixture
def bottle(tmp_path: Path) -> Specimen:
    """An empty PET bottle."""
    return specimen(tmp_path, "bottle", "mineral", good=True)


@pytest.fixture
def can(tmp_path: Path) -> Specimen:
    """A can, which is to be refused."""
    return specimen(tmp_path, "can", "soda", good=False)
