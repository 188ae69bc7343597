"""What the page on the journal offers to a stranger proves an export, and finds a change."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner

from rvm_edge.cli import main
from states import events as ev
from tests.cli.journals import write

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "read-the-journal.md"


@pytest.fixture
def export(tmp_path: Path) -> str:
    trio.run(write, tmp_path / "journal.sqlite", ev.CredentialsReady(), ev.HandshakeOk())
    done = CliRunner().invoke(main, ["--data-dir", str(tmp_path), "journal", "export"])
    assert done.exit_code == 0
    return done.stdout


def checked(export: str) -> subprocess.CompletedProcess[str]:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=export,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_export_is_proved(export: str) -> None:
    last = json.loads(export.splitlines()[-1])
    told = checked(export).stdout
    assert told == f"{last['seq']} is the last row, its hash {last['hash']}\n"


def test_a_change_and_a_cut_are_found(export: str) -> None:
    assert "row 2 was changed" in checked(export.replace("credentials.ready", "link.up")).stderr
    lines = export.splitlines(keepends=True)
    del lines[1]
    assert "row 3 does not follow" in checked("".join(lines)).stderr
