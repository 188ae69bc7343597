"""A start is not held up by the collector of garbage, and a machine that runs has one."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from rvm_edge.cli.collector import begin_collecting, no_collecting_yet


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_a_machine_starts() -> None:
    with no_collecting_yet():
        assert not gc.isenabled()


def test_a_machine_that_runs_collects_and_leaves_what_the_start_has_made() -> None:
    with no_collecting_yet():
        begin_collecting()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0


def test_a_start_that_fails_leaves_the_collector_as_it_was() -> None:
    with pytest.raises(OSError, match="no disk"), no_collecting_yet():
        raise OSError("no disk")
    assert gc.isenabled()
