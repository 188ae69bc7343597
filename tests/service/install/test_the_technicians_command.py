"""`/usr/local/bin/rvm-edge`: the program with its service's folders, and as its service's user."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import COMMAND, SHIPPED_PROGRAM

FOLDERS = {
    "CONFIGURATION_DIRECTORY": "/etc/rvm-edge",
    "STATE_DIRECTORY": "/var/lib/rvm-edge",
    "LOGS_DIRECTORY": "/var/log/rvm-edge",
    "CACHE_DIRECTORY": "/var/cache/rvm-edge",
    "RUNTIME_DIRECTORY": "/run/rvm-edge",
}


def _called(tmp_path: Path, uid: int, *words: str) -> list[str]:
    """Call the command in front of programs that only say how they were called."""
    names = " ".join(f"${name}" for name in FOLDERS)
    for name, says in (
        ("program", f'echo "program $*"; echo "{names}"'),
        ("id", f"echo {uid}"),
        ("runuser", 'echo "runuser $1 $2 $3"; shift 3; exec "$@"'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    command = tmp_path / "rvm-edge"
    text = config_file("bin/rvm-edge").read_text()
    command.write_text(text.replace(SHIPPED_PROGRAM, str(tmp_path / "program")))
    done = subprocess.run(
        ["sh", str(command), *words],
        env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_root_asks_as_the_machines_user_and_in_its_folders(tmp_path: Path) -> None:
    assert _called(tmp_path, 0, "ledger", "list", "a b") == [
        "runuser -u rvm --",
        "program ledger list a b",
        " ".join(FOLDERS.values()),
    ]


@pytest.mark.parametrize("word", ["install", "provision"])
def test_what_needs_roots_own_rights_keeps_them(tmp_path: Path, word: str) -> None:
    assert _called(tmp_path, 0, word)[0] == f"program {word}"


@pytest.mark.parametrize("words", [(), ("doctor",)])
def test_anybody_else_asks_as_themselves(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert _called(tmp_path, 1000, *words)[0].split() == ["program", *words]


def test_the_folders_are_those_of_the_unit() -> None:
    unit = config_file("systemd/rvm-edge.service").read_text()
    for name, folder in FOLDERS.items():
        key = f"{name.partition('_')[0].capitalize()}Directory"
        assert re.search(rf"^{key}={Path(folder).name}$", unit, re.M), key
    assert "/usr/local/bin" in COMMAND
