"""The second judge is looked at where it is asked for, and missed nowhere."""

from __future__ import annotations

import hashlib
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import msgspec
import pytest

from rvm_edge.doctor.checks.second_judge import look
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.settings import SegmenterSettings, Settings
from tests.doctor.conftest import Computer

WEIGHTS = b"weights"
PINNED = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def _heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: ModuleSpec(name, None))


@pytest.fixture
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


def finding(computer: Computer, checkpoint: Path | str, sha256: str = PINNED) -> Finding:
    judge = SegmenterSettings(enabled=True, checkpoint=str(checkpoint), checkpoint_sha256=sha256)
    vision = msgspec.structs.replace(Settings().vision, segmenter=judge)
    return look(computer.place(msgspec.structs.replace(Settings(), vision=vision)))


def test_one_that_nobody_asks_for_is_no_complaint(computer: Computer) -> None:
    assert look(computer.place(Settings())).level is Level.NOTE


@pytest.mark.usefixtures("_heavy")
def test_pinned_weights_are_fine(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/sam.pt", WEIGHTS.decode())
    found = finding(computer, path)
    assert (found.level, found.what) == (
        Level.FINE,
        f"SAM 2.1 tiny at 512 pixels ({PINNED[:12]}…)",
    )


@pytest.mark.usefixtures("_heavy")
def test_other_weights_are_a_warning_with_both_hashes(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/sam.pt", "others")
    found = finding(computer, path)
    assert found.level is Level.WARNING
    assert PINNED[:12] in found.why


@pytest.mark.usefixtures("_heavy")
def test_missing_weights_are_a_warning_that_says_what_happens_without(computer: Computer) -> None:
    found = finding(computer, "/nowhere/sam.pt")
    assert (found.level, found.what) == (
        Level.WARNING,
        "/nowhere/sam.pt: No such file or directory",
    )
    assert "the acceptance rule alone decides" in found.why


@pytest.mark.usefixtures("_light")
def test_missing_libraries_are_a_warning_with_their_cure(computer: Computer) -> None:
    found = finding(computer, "/nowhere/sam.pt")
    assert found.what == "torch and sam2 cannot be imported"
    assert found.todo == "Install the extra ai."
