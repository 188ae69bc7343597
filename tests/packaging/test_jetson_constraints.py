"""The constraints for JetPack 6 hold what the lock holds, but for torch, which is another build."""

from __future__ import annotations

import re

import pytest

from rvm_edge.locations import checkout_dir
from rvm_edge.packaged import config_file

ROOT = checkout_dir()
HELD = dict(
    line.split("==")
    for line in config_file("jetson-constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
)


@pytest.mark.parametrize("name", ["ultralytics", "sam2"])
def test_what_is_the_same_on_a_pc_has_the_locks_version(name: str) -> None:
    assert ROOT is not None
    locks = (ROOT / "requirements-ai.lock").read_text() + (
        ROOT / "requirements-sam2.lock"
    ).read_text()
    assert re.findall(rf"^{name}==(\S+)", locks, re.M) == [HELD[name]]


def test_torch_is_one_that_loads_a_model_restricted() -> None:
    assert tuple(map(int, HELD["torch"].split("."))) >= (2, 6)


def test_the_page_names_the_file_and_says_that_it_was_not_run() -> None:
    assert ROOT is not None
    page = (ROOT / "docs/how-to/jetson-models.md").read_text()
    assert "config/jetson-constraints.txt" in page
    assert "run on a Jetson" in page
