"""The locks: complete, pinned by hash, and free of anybody's private mirror."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rvm_edge.locations import checkout_dir

ROOT = checkout_dir() or Path()
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
LOCKS = ["requirements.lock", "requirements-dev.lock"]
TORCH = {"torch", "torchvision", "ultralytics", "sam2"}


def pins(lock: str) -> dict[str, set[str]]:
    """Return the pinned versions of each package; several where Pythons differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.M):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", [*LOCKS, "uv.lock"])
def test_names_public_hosts_only(lock: str) -> None:
    text = (ROOT / lock).read_text()
    hosts = set(re.findall(r"[a-z+]+://([^/\s\"']+)", text))
    assert hosts <= PUBLIC_HOSTS
    assert not re.search(r"^\s*(-f|-i|--find-links|--index|--extra-index|file:)", text, re.M)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    logical_lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    pinned = [line for line in logical_lines if re.match(r"[\w.-]+==", line)]
    assert len(pinned) > 20
    assert [line for line in pinned if "--hash=sha256:" not in line] == []


def test_the_development_lock_only_adds() -> None:
    light, full = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: full.get(name) for name in light} == light


def test_running_needs_no_tool_and_no_torch() -> None:
    light = pins("requirements.lock")
    assert light.keys().isdisjoint({"mypy", "ruff", "pytest", "hypothesis", "import-linter"})
    assert light.keys().isdisjoint(TORCH)


def test_everything_that_is_declared_is_pinned() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    section = project.partition("\ndependencies = [")[2].partition("\n]")[0]
    declared = set(re.findall(r'"([A-Za-z0-9._-]+)', section))
    assert len(declared) > 5
    assert declared <= pins("requirements.lock").keys()
