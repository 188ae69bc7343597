"""The entrances of the house: make, the CI script, the licence."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from rvm_edge.locations import checkout_dir

ROOT = checkout_dir() or Path()
AGPL_3 = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_make_alone_lists_every_target() -> None:
    answer = make()
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony is not None
    assert re.findall(r"^  make ([\w-]+) ", answer.stdout, re.M) == phony[1].split()


def test_an_old_python_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    answer = make("setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert answer.returncode != 0
    assert f"{old} is not Python 3.10 or newer" in answer.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    poor = tmp_path / "python"
    poor.write_text('#!/bin/sh\n[ "$1" = -m ] && exit 1\nexit 0\n')
    poor.chmod(0o755)
    answer = make("setup", f"PYTHON={poor}", f"VENV={tmp_path / 'venv'}")
    assert answer.returncode != 0
    assert "apt install python3-venv" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["bench"], "-m tests.bench "),
        (["bench", "ONLY=step", "JSON=1"], '--only "step" --json'),
    ],
)
def test_options_reach_the_command(arguments: list[str], command: str) -> None:
    assert command in f"{make('--dry-run', *arguments).stdout.rstrip()} "


def test_the_ci_script_can_be_read_and_run() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
    assert {"make check", "make test"} <= set(re.findall("make [a-z]+", script.read_text()))


@pytest.mark.parametrize(
    ("failing", "alone", "lands"),
    [(1, "exit 0", True), (3, "exit 0", True), (1, "exit 1", False), (4, "exit 0", False)],
)
def test_ci_forgives_a_few_tests_that_pass_by_themselves_and_names_them(
    tmp_path: Path, failing: int, alone: str, lands: bool
) -> None:
    make_once = tmp_path / "make"
    make_once.write_text(f'#!/bin/sh\ncase "$*" in *--last-failed*) {alone};; esac\nexit 1\n')
    make_once.chmod(0o755)
    last_failed = tmp_path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    last_failed.parent.mkdir(parents=True)
    last_failed.write_text(json.dumps({f"test_{number}": True for number in range(failing)}))
    function = f"sed -n '/^readonly MOST_RACES/,/^}}/p' '{ROOT}/.ci/run'"
    script = f'say() {{ echo "$*"; }}; source <({function}); run_tests PYTHON=x; echo landed'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == lands == ("landed" in done.stdout)
    assert ("test_0" in done.stdout) == (failing <= 3)


def test_the_licence_is_the_agpl_to_the_letter() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL_3
    assert 'license = "AGPL-3.0-or-later"' in (ROOT / "pyproject.toml").read_text()
