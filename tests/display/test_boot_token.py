"""Who can read the file that lets a page steer the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rvm_edge.display.boot_token import FOR_ITS_GROUP, left_at, new_token


@pytest.fixture(name="closed_umask")
def a_service_whose_files_are_its_own() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_its_owner_alone_reads_it_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "screen-token"
    with left_at(path, new_token()):
        assert _mode(path) == 0o600
    assert not path.exists()


def test_the_screens_user_reads_it_whatever_the_services_umask(
    tmp_path: Path, closed_umask: None
) -> None:
    path = tmp_path / "screen-token"
    with left_at(path, new_token(), FOR_ITS_GROUP):
        assert _mode(path) == 0o640
