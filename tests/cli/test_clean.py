"""`rvm-edge clean`: says what would go, makes room, and leaves a running machine its ledger."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.ledger import Ledger, check
from rvm_edge.ledger import ledger as ledgers
from rvm_edge.ledger import opening as openings
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.evidence import files
from rvm_edge.ledger.failures import LedgerUnusableError
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models import leftovers
from rvm_edge.vision.models.store import open_store
from tests.ledger.scenes import close, drop, open_now

SIZE = 100_000
_Usage = namedtuple("_Usage", "total used free")


def call(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(tmp_path), "clean", *words])


def as_json(result: Result) -> dict[str, Any]:
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


async def _fill(ledger: Ledger, folder: Path) -> list[str]:
    uuids = await drop(ledger, 3)
    for uuid in uuids:
        files.write_picture(folder, uuid, b"x" * 10_000)
        await ledger.pictures.add(uuid, 10_000)
    await ledger.pictures.mark_uploaded(uuids[0])
    return uuids


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    (tmp_path / "evidence").mkdir()
    ledger = open_now(tmp_path / "ledger.sqlite")
    uuids = trio.run(_fill, ledger, tmp_path / "evidence")
    close(ledger)
    return uuids


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full of what lies in these folders, and of 70 kB of other people's."""
    for variable, name in (("LOGS_DIRECTORY", "logs"), ("CACHE_DIRECTORY", "cache")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / "logs" / "rvm-edge.jsonl").write_bytes(b"x" * 1000)
    (tmp_path / "logs" / "rvm-edge.jsonl.1").write_bytes(b"x" * 2000)
    (tmp_path / "cache" / "thing").write_bytes(b"x" * 3000)

    def usage(_: Path) -> _Usage:
        counted = ("logs", "cache", "evidence", "model-store", "journal-archive")
        mine = sum(
            path.stat().st_size
            for name in counted
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        )
        return _Usage(SIZE, 60_000 + mine, SIZE - 60_000 - mine)

    monkeypatch.setattr(shutil, "disk_usage", usage)


def test_without_apply_nothing_is_touched_and_the_table_says_what_would_go(
    tmp_path: Path, pictures: list[str]
) -> None:
    result = call(tmp_path)
    assert result.exit_code == 0, result.stderr
    assert "would go" in result.stdout
    assert "rvm-edge clean --apply" in result.stdout
    assert "the server is still to get them" in result.stdout
    assert len(list((tmp_path / "evidence").iterdir())) == 3
    assert (tmp_path / "cache" / "thing").exists()


def test_caches_go_before_logs_and_logs_before_pictures(
    tmp_path: Path, pictures: list[str]
) -> None:
    told = as_json(call(tmp_path, "--apply", "--below", "92", "--json"))
    assert told["clear"]
    freed = {line["name"]: line["freed_bytes"] for line in told["report"]["lines"]}
    assert freed == {
        "caches": 3000,
        "rotated logs": 2000,
        "archived journals": 0,
        "models not in use": 0,
        "evidence pictures": 0,
    }
    assert len(list((tmp_path / "evidence").iterdir())) == 3


def test_a_picture_still_owed_stays_and_the_command_says_that_too_little_may_go(
    tmp_path: Path, pictures: list[str]
) -> None:
    result = call(tmp_path, "--apply", "--below", "10")
    assert result.exit_code == 1
    assert "look what else fills it" in result.stdout
    left = sorted(path.stem for path in (tmp_path / "evidence").iterdir())
    assert left == sorted(pictures[1:])
    assert (tmp_path / "logs" / "rvm-edge.jsonl").exists()
    assert check(tmp_path / "ledger.sqlite").violations == ()


def test_a_running_machine_keeps_its_pictures_and_that_is_said(
    tmp_path: Path, pictures: list[str]
) -> None:
    running = open_now(tmp_path / "ledger.sqlite")
    try:
        result = call(tmp_path, "--apply", "--below", "10")
    finally:
        close(running)
    assert "the machine runs, and looks after them itself" in result.stdout
    assert len(list((tmp_path / "evidence").iterdir())) == 3
    assert not (tmp_path / "cache" / "thing").exists()


def test_an_unfinished_download_goes_and_a_model_that_serves_stays(
    tmp_path: Path, pictures: list[str]
) -> None:
    store = tmp_path / "model-store"
    store.mkdir()
    serving = {"sha256": "a" * 64, "kind": "onnx", "size": 4}
    (store / "state.json").write_text(json.dumps({"current": serving, "fetching": "b" * 64}))
    (store / f"{'a' * 64}.onnx").write_bytes(b"this")
    (store / f"{'b' * 64}.part").write_bytes(b"x" * 500)
    (store / f"{'c' * 64}.onnx").write_bytes(b"x" * 600)
    told = as_json(call(tmp_path, "--apply", "--below", "10", "--json"))
    (models,) = (one for one in told["report"]["lines"] if one["name"] == "models not in use")
    assert models["could_free_bytes"] == 1100
    assert (store / f"{'a' * 64}.onnx").read_bytes() == b"this"
    assert not list(store.glob("*.part"))
    assert not (store / f"{'c' * 64}.onnx").exists()


def test_a_store_that_somebody_has_open_is_left_alone_and_that_is_said(tmp_path: Path) -> None:
    store = tmp_path / "model-store"
    store.mkdir()
    (store / "state.json").write_text(json.dumps({"fetching": "b" * 64}))
    (store / f"{'b' * 64}.part").write_bytes(b"x" * 500)
    with open_store(store, ModelFile(tmp_path / "shipped.onnx", "d" * 64, "")):
        result = call(tmp_path, "--apply", "--below", "10")
    assert "is in use: stop the machine first" in result.stdout
    assert (store / f"{'b' * 64}.part").exists()


def test_a_store_whose_record_is_damaged_is_not_touched(tmp_path: Path) -> None:
    store = tmp_path / "model-store"
    store.mkdir()
    (store / "state.json").write_text("no record")
    (store / f"{'a' * 64}.onnx").write_bytes(b"this")
    call(tmp_path, "--apply", "--below", "10")
    fallback = ModelFile(tmp_path / "shipped.onnx", "d" * 64, "")
    assert leftovers.clear(store, fallback) == 0
    assert len(list(store.iterdir())) == 2


def test_of_the_archived_journals_the_newest_stays(tmp_path: Path, pictures: list[str]) -> None:
    folder = tmp_path / "journal-archive"
    folder.mkdir()
    for name in ("journal-1-20", "journal-21-100", "journal-101-1000"):
        (folder / f"{name}.jsonl.gz").write_bytes(b"x" * 100)
    (folder / "journal.part").write_bytes(b"x")
    told = as_json(call(tmp_path, "--apply", "--below", "10", "--json"))
    (line,) = (one for one in told["report"]["lines"] if one["name"] == "archived journals")
    assert (line["freed_bytes"], line["kept_bytes"]) == (200, 101)
    assert sorted(path.name for path in folder.iterdir()) == [
        "journal-101-1000.jsonl.gz",
        "journal.part",
    ]


def test_the_first_of_the_archived_journals_go_first_whatever_the_clock_said(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "journal-archive"
    folder.mkdir()
    names = [f"journal-{rows}.jsonl.gz" for rows in ("1-20", "21-100", "101-1000")]
    for age, name in enumerate(names):
        (folder / name).write_bytes(b"x" * 5000)
        os.utime(folder / name, (1000 - age, 1000 - age))
    call(tmp_path, "--apply", "--below", "75")
    assert {path.name for path in folder.iterdir()} == set(names[1:])


@pytest.fixture
def only_written_with_room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the ledger be opened only while more of the disk is free than a test says."""
    really_open = openings.open_store
    least = [0]

    def open_with_room(path: Path, clock: Clock) -> object:
        if shutil.disk_usage(path.parent).free < least[0]:
            raise LedgerUnusableError(f"ledger {path}: the disk is full; free some space")
        return really_open(path, clock)

    monkeypatch.setattr(ledgers, "open_store", open_with_room)
    return lambda free: least.__setitem__(0, free)


def test_on_a_full_disk_what_needs_no_ledger_goes_first_and_then_the_pictures(
    tmp_path: Path, pictures: list[str], only_written_with_room: Callable[[int], None]
) -> None:
    only_written_with_room(shutil.disk_usage(tmp_path).free + 4000)
    told = as_json(call(tmp_path, "--apply", "--below", "80", "--json"))
    freed = {line["name"]: line["freed_bytes"] for line in told["report"]["lines"]}
    assert (freed["caches"], freed["rotated logs"]) == (3000, 2000)
    assert freed["evidence pictures"] == 10_000
    assert sorted(path.stem for path in (tmp_path / "evidence").iterdir()) == sorted(pictures[1:])
    assert check(tmp_path / "ledger.sqlite").violations == ()


def test_where_nothing_but_pictures_may_go_a_full_disk_keeps_none_of_them(
    tmp_path: Path, pictures: list[str], only_written_with_room: Callable[[int], None]
) -> None:
    (tmp_path / "cache" / "thing").unlink()
    (tmp_path / "logs" / "rvm-edge.jsonl.1").unlink()
    only_written_with_room(shutil.disk_usage(tmp_path).free + 1)
    told = as_json(call(tmp_path, "--apply", "--below", "80", "--json"))
    (line,) = (one for one in told["report"]["lines"] if one["name"] == "evidence pictures")
    assert line["freed_bytes"] == 10_000
    assert sorted(path.stem for path in (tmp_path / "evidence").iterdir()) == sorted(pictures[1:])
    assert check(tmp_path / "ledger.sqlite").violations == ()


def test_a_ledger_with_a_damaged_page_is_not_set_aside_for_the_sake_of_room(
    tmp_path: Path, pictures: list[str]
) -> None:
    path = tmp_path / "ledger.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 4 : 4096 * 20] = b"\x55" * (4096 * 16)
    path.write_bytes(content)
    result = call(tmp_path, "--apply", "--below", "10")
    assert "left alone" in result.stdout
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.glob("*corrupt*")] == []


def test_a_damaged_ledger_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is no database, it is a letter" * 100)
    result = call(tmp_path, "--apply", "--below", "10")
    assert "left alone" in result.stdout
    assert [path.name for path in tmp_path.glob("*corrupt*")] == []


def test_a_machine_that_never_ran_is_told_so(tmp_path: Path) -> None:
    result = call(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "there is no data folder" in result.stderr
