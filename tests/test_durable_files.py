"""A file that is put in place is whole and on disk, or the old one is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rvm_edge.durable_files import put_in_place
from tests.synced import watch_syncs


def test_it_is_on_disk_before_its_name_and_its_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, unfinished = tmp_path / "file", tmp_path / "file.new"
    path.write_bytes(b"old")
    unfinished.write_bytes(b"longer than that, and left by a power cut")
    synced = watch_syncs(monkeypatch)
    put_in_place(path, b"new", unfinished)
    assert synced == [(unfinished, b"new"), (tmp_path, ["file"])]
    assert path.read_bytes() == b"new"
    path.unlink()
    put_in_place(path, b"new", unfinished)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_that_refuses_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        put_in_place(tmp_path / "file", b"new", tmp_path / "file.new")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"
