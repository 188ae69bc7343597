"""A running machine's credentials are changed by who stands at it, or by root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.own.presence import require_presence
from rvm_edge.ledger.database_files import OneWriter
from rvm_edge.locations import Locations
from rvm_edge.statechart.journal import Record

SOMEBODY = 1000


@pytest.fixture
def here(tmp_path: Path) -> Locations:
    return Locations(tmp_path / "config", tmp_path)


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)


@contextmanager
def running(here: Locations) -> Iterator[None]:
    """Hold the ledger as a daemon does."""
    held = OneWriter(here.ledger_path)
    try:
        yield
    finally:
        held.release()


def test_where_no_machine_runs_nobody_is_asked(here: Locations) -> None:
    require_presence(here)


def test_a_running_machine_is_not_changed_behind_its_back(here: Locations) -> None:
    with running(here), pytest.raises(CommandError, match="type the code on its screen"):
        require_presence(here)


def test_root_at_the_console_is_asked_nothing(
    here: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with running(here):
        require_presence(here)


@pytest.mark.parametrize(("configuration", "may"), [("provisioning", True), ("maintenance", False)])
def test_a_machine_that_waits_for_others_takes_them_from_anybody_at_its_console(
    here: Locations, monkeypatch: pytest.MonkeyPatch, configuration: str, may: bool
) -> None:
    last = Record(7, "", 0.0, "credentials.awaited", {}, (), (configuration,), (), "", "", "")
    monkeypatch.setattr("rvm_edge.statechart.journal.tail", lambda _path, _count: (last,))
    with running(here):
        if may:
            require_presence(here)
        else:
            with pytest.raises(CommandError):
                require_presence(here)


def test_a_journal_that_is_not_there_lets_nobody_in(here: Locations) -> None:
    with running(here), pytest.raises(CommandError):
        require_presence(here)
