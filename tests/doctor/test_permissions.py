"""The machine's memory is the machine's user's alone, and what is not is named and put right."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rvm_edge.doctor.checks import disk, permissions
from rvm_edge.doctor.finding import Level
from tests.doctor.conftest import Computer

ANOTHER = 12_345


def _is_anothers(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    really = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        status = really(path)
        if path.name not in names:
            return status
        return os.stat_result((*status[:4], ANOTHER, *status[5:10]))

    monkeypatch.setattr(Path, "lstat", lstat)


def test_what_root_left_among_the_machines_files_is_a_failure_with_the_command(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.write("var/lib/rvm-edge/ledger.sqlite-wal", "")
    computer.write("var/lib/rvm-edge/evidence/a.jpg", "")
    _is_anothers(monkeypatch, "ledger.sqlite-wal", "a.jpg")

    found = permissions.look(computer.place())

    assert found.level is Level.FAILURE
    assert {"a.jpg", "ledger.sqlite-wal"} == set(found.what.partition(": ")[2].split(", "))
    assert found.todo.startswith("Run: sudo chown -R ")
    assert found.todo.endswith(f": {computer.data}")


def test_what_somebody_left_there_is_a_warning_and_what_belongs_to_the_disk_is_nothing(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (computer.data / "lost+found").mkdir()
    _is_anothers(monkeypatch, "lost+found")
    assert permissions.look(computer.place()).level is Level.FINE

    computer.write("var/lib/rvm-edge/notes.txt", "")
    _is_anothers(monkeypatch, "notes.txt")
    assert permissions.look(computer.place()).level is Level.WARNING


def test_root_may_have_it_given_back(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[str, int]] = []
    path = computer.write("var/lib/rvm-edge/ledger.sqlite-wal", "")
    _is_anothers(monkeypatch, path.name)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        os, "chown", lambda path, uid, _, **__: given.append((Path(path).name, uid))
    )

    found = permissions.look(computer.place())
    assert found.repair is not None
    found.repair.do()

    assert given == [(path.name, computer.data.stat().st_uid)]


def test_anybody_else_is_not_promised_that(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.write("var/lib/rvm-edge/ledger.sqlite-wal", "")
    _is_anothers(monkeypatch, "ledger.sqlite-wal")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert permissions.look(computer.place()).repair is None


def test_the_services_user_is_the_owner_where_it_is_installed(computer: Computer) -> None:
    computer.install()
    computer.write("etc/passwd", f"root:x:0:0::/root:/bin/sh\nrvm:x:{ANOTHER}:1::/:/bin/false\n")

    found = permissions.look(computer.place())

    assert (found.level, found.what) == (Level.FAILURE, "not rvm's: rvm-edge")
    assert found.todo == f"Run: sudo chown -R rvm: {computer.data}"


def test_a_folder_that_others_may_write_is_closed_by_the_repair(computer: Computer) -> None:
    computer.data.chmod(0o777)

    found = permissions.look(computer.place())
    assert found.level is Level.WARNING
    assert found.repair is not None
    found.repair.do()

    assert stat.S_IMODE(computer.data.stat().st_mode) == 0o700
    assert permissions.look(computer.place()).level is Level.FINE


@pytest.mark.parametrize(("me", "words"), [(1000, "sudo rvm-edge doctor"), (None, "sudo chown -R")])
def test_who_may_not_look_is_told_to_ask_as_the_machines_user_not_to_take_the_folder(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, me: int | None, words: str
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    mine = computer.data.stat().st_uid if me is None else me
    monkeypatch.setattr(os, "geteuid", lambda: mine)

    found = permissions.look(computer.place())

    assert found.level is Level.FAILURE
    assert words in found.todo


def _disk(monkeypatch: pytest.MonkeyPatch, **changes: int) -> None:
    class System:
        f_flag = changes.get("flag", 0)
        f_files = changes.get("files", 0)
        f_favail = changes.get("left", 0)
        f_frsize, f_blocks, f_bfree, f_bavail = 4096, 10**7, 10**7, 10**7

    monkeypatch.setattr(os, "statvfs", lambda _: System())


def test_a_disk_that_is_read_only_is_a_failure_of_the_disk_and_of_nobodys_rights(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, flag=os.ST_RDONLY)
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert "read-only" in disk.look(computer.place()).what
    assert permissions.look(computer.place()).level is Level.FINE


@pytest.mark.parametrize(
    ("files", "left", "level"),
    [(100_000, 3, Level.FAILURE), (100_000, 50_000, Level.FINE), (0, 0, Level.FINE)],
)
def test_a_disk_on_which_no_more_files_can_be_made_is_full_too(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, files: int, left: int, level: Level
) -> None:
    _disk(monkeypatch, files=files, left=left)

    assert disk.look(computer.place()).level is level
