"""A file is on disk when it is said to be kept, or gone, and belongs to whom its folder does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rvm_edge.provisioning.one_file import discard, keep
from tests.synced import watch_syncs


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, object]]:
    return watch_syncs(monkeypatch)


def test_what_is_kept_is_on_disk_before_its_name_and_its_name_before_it_returns(
    tmp_path: Path, synced: list[tuple[Path, object]]
) -> None:
    keep(tmp_path / "file", b"old")
    synced.clear()
    keep(tmp_path / "file", b"new")
    (beside, content), folder = synced
    assert (beside.parent, content) == (tmp_path, b"new")
    assert beside.name != "file"
    assert folder == (tmp_path, ["file"])
    assert (tmp_path / "file").read_bytes() == b"new"


def test_what_is_gone_is_gone_from_the_disk_when_it_returns(
    tmp_path: Path, synced: list[tuple[Path, object]]
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    assert discard(tmp_path / "file") is True
    assert synced == [(tmp_path, [])]
    (tmp_path / ".file.0123456789abcdef").write_bytes(b"left by a power cut")
    synced.clear()
    assert discard(tmp_path / "file") is False
    assert synced == [(tmp_path, [])]
    synced.clear()
    assert discard(tmp_path / "file") is False
    assert synced == []


def test_what_an_administrator_writes_is_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, int]] = []
    if os.geteuid() == 0:
        os.chown(tmp_path, 1234, 1235)
    owner = tmp_path.stat()
    monkeypatch.setattr(os, "fchown", lambda _, uid, gid: given.append((uid, gid)))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    keep(tmp_path / "file", b"secret")
    assert given == [(owner.st_uid, owner.st_gid)]
    monkeypatch.setattr(os, "geteuid", lambda: owner.st_uid)
    keep(tmp_path / "file", b"secret")
    assert len(given) == 1
