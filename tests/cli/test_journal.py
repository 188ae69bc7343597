"""`rvm-edge journal`: reading what the machine did, also while it is doing it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import msgspec
import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import journal as journal_command
from rvm_edge.cli import main
from rvm_edge.statechart.build import build
from rvm_edge.statechart.definition import Event
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.journal import STARTED, Entry, Record, SqliteJournal, open_journal
from rvm_edge.statechart.journal.archive import archive_folder
from rvm_edge.statechart.journal.memory import utc_now
from rvm_edge.statechart.offload import inline
from states import events as ev
from states.chart import CHART
from tests.cli.journals import write

EVENTS: tuple[Event, ...] = (
    ev.CredentialsReady(),
    ev.HandshakeOk(),
    ev.LinkUp(),
    ev.DoorOpened(),
    ev.DoorClosed(),
)
ROWS = len(EVENTS) + 2


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite"
    return path, trio.run(write, path, *EVENTS)


@pytest.fixture
def data(written: tuple[Path, Record], tmp_path: Path) -> Path:
    """A data folder with a copy of the journal."""
    shutil.copy(written[0], tmp_path / "journal.sqlite")
    return tmp_path


@pytest.fixture
def head(written: tuple[Path, Record]) -> str:
    return written[1].hash


def journal(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data), "journal", *arguments])


def journal_lines(data: Path) -> list[str]:
    return journal(data, "tail", "--json").stdout.splitlines()


async def _archive(path: Path) -> None:
    async with open_journal(path, inline, archive_above=1):
        pass


def tamper(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "journal.sqlite") as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


class TestTail:
    def test_prints_the_last_rows_oldest_first(self, data: Path) -> None:
        answer = journal(data, "tail", "-n", "2")
        assert answer.exit_code == 0
        assert answer.stdout.splitlines() == [
            "      6  2026-03-01 07:30:00.000  door.closed  maintenance → "
            "operational.link.offline_guest + operational.intake.clearing",
            "      7  2026-03-01 07:30:00.000  stopped  "
            "operational.link.offline_guest + operational.intake.clearing → nothing",
        ]

    def test_prints_everything_where_there_is_less(self, data: Path) -> None:
        assert len(journal(data, "tail", "-n", "100").stdout.splitlines()) == ROWS

    def test_rows_in_an_archive_are_printed_too_and_a_damaged_one_hides_no_newer_row(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "journal.sqlite"
        trio.run(write, path, *EVENTS)
        trio.run(_archive, path)
        assert [json.loads(line)["seq"] for line in journal_lines(tmp_path)] == list(range(1, 9))

        (archive,) = archive_folder(path).iterdir()
        archive.write_bytes(archive.read_bytes()[:40])
        answer = journal(tmp_path, "tail", "--json")
        assert answer.exit_code == 0
        assert [json.loads(line)["seq"] for line in answer.stdout.splitlines()] == [8]
        assert "the present file's rows are shown" in answer.stderr

    def test_none_are_none(self, data: Path) -> None:
        assert journal(data, "tail", "-n", "0").stdout == ""

    def test_json_is_one_object_a_line(self, data: Path, head: str) -> None:
        lines = journal(data, "tail", "-n", "3", "--json").stdout.splitlines()
        rows = [json.loads(line) for line in lines]
        assert [row["seq"] for row in rows] == [5, 6, 7]
        assert rows[-1]["hash"] == head
        assert set(rows[0]) == set(Record.__struct_fields__)

    def test_control_characters_do_not_reach_the_terminal(self, data: Path) -> None:
        tamper(data, "UPDATE journal SET event = 'x' || char(27) || '[2J' WHERE seq = 7")
        printed = journal(data, "tail").stdout
        assert "\x1b" not in printed
        assert "x\ufffd[2J" in printed

    def test_follow_prints_rows_as_they_are_written(self, tmp_path: Path) -> None:
        path = tmp_path / "journal.sqlite"
        trio.run(write, path)
        with following(tmp_path) as lines:
            assert [json.loads(next(lines))["seq"] for _ in range(2)] == [1, 2]
            trio.run(write_more, path)
            assert json.loads(next(lines))["seq"] == 3

    def test_follow_ends_with_ctrl_c_and_says_nothing(self, data: Path) -> None:
        process = follow(data)
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert errors.strip() == ""


def follow(data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "rvm_edge", "--data-dir", str(data)),
            *("journal", "tail", "--follow", "--json"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A runner in the background ignores the signal, and its children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


class following:  # noqa: N801 - reads like the context manager it is
    """The lines of a `tail --follow`, which ends with the block."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def __enter__(self) -> Iterator[str]:
        self._process = follow(self._data)
        assert self._process.stdout is not None
        return iter(self._process.stdout.readline, "")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate(timeout=60)


async def write_more(path: Path, now: Callable[[], datetime] = utc_now) -> None:
    appended = await SqliteJournal.open(path, now=now)
    initial = build(CHART).initial
    await appended.append(Entry(STARTED, {}, (), initial, (), chart_hash(CHART)))
    await appended.aclose()


class TestVerify:
    def test_a_sound_journal_is_proved(self, data: Path, head: str) -> None:
        answer = journal(data, "verify", "--json")
        assert answer.exit_code == 0
        assert json.loads(answer.stdout) == {
            "ok": True,
            "rows": ROWS,
            "first": 1,
            "head": head,
            "replayed": ROWS,
            "foreign": 0,
            "problems": [],
            "proven": [[1, ROWS]],
            "damaged": [],
            "remarks": [],
        }

    def test_people_read_it_in_two_lines(self, data: Path, head: str) -> None:
        assert journal(data, "verify").stdout.splitlines() == [
            f"{ROWS} rows, {ROWS} decided again by the present chart, 0 by another one: "
            "nothing is wrong",
            f"head {head}",
        ]

    def test_a_changed_row_is_found(self, data: Path) -> None:
        tamper(data, "UPDATE journal SET event = 'link.lost' WHERE seq = 4")
        answer = journal(data, "verify", "--json")
        assert answer.exit_code == 1
        found = json.loads(answer.stdout)
        assert found["ok"] is False
        assert any(problem.startswith("row 4: was changed") for problem in found["problems"])
        answer = journal(data, "verify")
        assert answer.exit_code == 1
        assert "row 4: was changed" in answer.stdout
        assert "problem(s)" in answer.stdout

    def test_a_missing_row_is_found(self, data: Path) -> None:
        tamper(data, "DELETE FROM journal WHERE seq = 3")
        answer = journal(data, "verify")
        assert answer.exit_code == 1
        assert "row 4: 3 was expected" in answer.stdout

    def test_damage_is_named_with_what_still_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "journal.sqlite"
        trio.run(write, path, *EVENTS)
        trio.run(_archive, path)
        (archive,) = archive_folder(path).iterdir()
        archive.write_bytes(b"no archive")
        answer = journal(tmp_path, "verify")
        assert answer.exit_code == 1
        problem, count, file, proven, head = answer.stdout.splitlines()
        assert problem.startswith(f"archive {archive}: ")
        assert count.endswith("1 problem(s)")
        assert file == f"something is wrong in {archive}"
        assert proven == f"nothing is wrong in rows {ROWS + 1} to {ROWS + 1}"
        assert head.startswith("head ")
        answer = journal(tmp_path, "verify", "--json")
        assert answer.exit_code == 1
        found = json.loads(answer.stdout)
        assert (found["damaged"], found["proven"]) == ([str(archive)], [[ROWS + 1, ROWS + 1]])
        assert found["problems"] == [problem]

    def test_an_older_copy_lacks_the_head_that_was_noted(self, data: Path, head: str) -> None:
        assert journal(data, "verify", "--head", head).exit_code == 0
        tamper(data, "DELETE FROM journal WHERE event = 'stopped'")
        assert journal(data, "verify").exit_code == 0
        answer = journal(data, "verify", "--head", head.upper())
        assert answer.exit_code == 1
        assert f"no row has the hash {head}" in answer.stdout

    def test_what_is_no_head_is_refused(self, data: Path) -> None:
        answer = journal(data, "verify", "--head", "9f9f")
        assert answer.exit_code == 2
        assert "64 hexadecimal digits" in answer.stderr

    def test_a_clock_that_was_set_is_a_note(self, data: Path) -> None:
        rows = [json.loads(line) for line in journal_lines(data)]
        trio.run(
            partial(write_more, now=lambda: datetime(2026, 2, 1, tzinfo=timezone.utc)),
            data / "journal.sqlite",
        )
        answer = journal(data, "verify")
        assert answer.exit_code == 0
        assert answer.stdout.splitlines()[0] == (
            f"note: the clock went back by 28 days, 7:30:00 after row {rows[-1]['seq']}"
        )


class TestReplay:
    def test_walks_through_every_step(self, data: Path) -> None:
        answer = journal(data, "replay", "--from", "2", "--to", "2")
        assert answer.exit_code == 0
        assert answer.stdout.splitlines() == [
            "      2  2026-03-01 07:30:00.000  credentials.ready",
            "         row    provisioning -> handshake",
            "         left   provisioning",
            "         enter  handshake",
        ]

    def test_json_is_one_step_a_line(self, data: Path) -> None:
        lines = journal(data, "replay", "--json").stdout.splitlines()
        steps = [json.loads(line) for line in lines]
        assert [step["seq"] for step in steps] == list(range(1, ROWS + 1))
        assert steps[1]["entered"] == ["handshake"]
        assert all(step["problem"] is None for step in steps)

    def test_a_range_has_both_its_ends(self, data: Path) -> None:
        lines = journal(data, "replay", "--json", "--from", "3", "--to", "5").stdout.splitlines()
        assert [json.loads(line)["seq"] for line in lines] == [3, 4, 5]

    def test_a_row_that_is_decided_differently_fails(self, data: Path) -> None:
        tamper(data, """UPDATE journal SET after = '["fault"]' WHERE seq = 2""")
        answer = journal(data, "replay")
        assert answer.exit_code == 1
        assert "WRONG  the chart decides" in answer.stdout
        assert journal(data, "replay", "--json").exit_code == 1
        assert journal(data, "replay", "--from", "3").exit_code == 0

    def test_another_charts_rows_are_shown_but_not_judged(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_command, "CHART", msgspec.structs.replace(CHART, name="other"))
        answer = journal(data, "replay", "--to", "2")
        assert answer.exit_code == 0
        assert "decided by another chart; now handshake" in answer.stdout


class TestExport:
    def test_jsonl_holds_every_row(self, data: Path, head: str) -> None:
        lines = journal(data, "export").stdout.splitlines()
        assert len(lines) == ROWS
        assert json.loads(lines[-1])["hash"] == head

    def test_csv_has_a_heading(self, data: Path) -> None:
        answer = journal(data, "export", "--format", "csv")
        rows = list(csv.reader(io.StringIO(answer.stdout)))
        assert len(rows) == 1 + ROWS
        assert rows[0][0] == "seq"

    def test_markdown_is_a_table(self, data: Path) -> None:
        answer = journal(data, "export", "--format", "md", "--from", "2", "--to", "2")
        assert answer.stdout.splitlines()[2] == (
            "| 2 | 2026-03-01T07:30:00.000000+00:00 | `credentials.ready` |  | "
            "provisioning → handshake |"
        )

    def test_output_is_a_whole_file(self, data: Path, tmp_path: Path) -> None:
        target = tmp_path / "rows.jsonl"
        assert journal(data, "export", "--output", str(target)).exit_code == 0
        assert target.read_text() == journal(data, "export").stdout

    def test_what_lies_behind_a_damaged_archive_can_be_exported(self, tmp_path: Path) -> None:
        path = tmp_path / "journal.sqlite"
        trio.run(write, path, *EVENTS)
        trio.run(_archive, path)
        trio.run(write_more, path)
        (archive,) = archive_folder(path).iterdir()
        archive.write_bytes(b"no archive")
        for command in ("export", "replay"):
            answer = journal(tmp_path, command)
            assert answer.exit_code == 1
            assert answer.stderr.startswith(f"rvm-edge: archive {archive}: ")
            assert "--from begins behind the damage" in answer.stderr
            assert answer.stderr.count("\n") == 1
        exported = journal(tmp_path, "export", "--from", str(ROWS + 1)).stdout.splitlines()
        assert [json.loads(line)["seq"] for line in exported] == [ROWS + 1, ROWS + 2]

    def test_a_failure_leaves_no_half_file(self, data: Path, tmp_path: Path) -> None:
        tamper(data, "UPDATE journal SET data = '[]' WHERE seq = 5")
        target = tmp_path / "rows.jsonl"
        target.write_text("yesterday's")
        answer = journal(data, "export", "--output", str(target))
        assert answer.exit_code == 1
        assert target.read_text() == "yesterday's"
        assert not list(tmp_path.glob("*.part"))

    def test_an_output_that_cannot_be_written_is_one_line(self, data: Path) -> None:
        where = data / "no" / "rows.jsonl"
        answer = journal(data, "export", "--output", str(where))
        assert answer.exit_code == 1
        assert answer.stderr == (
            f"rvm-edge: {where} cannot be written: No such file or directory\n"
        )


@pytest.mark.parametrize("name", ["tail", "verify", "replay", "export"])
class TestWithoutAJournal:
    def test_a_missing_file_is_one_line(self, name: str, tmp_path: Path) -> None:
        answer = journal(tmp_path, name)
        assert answer.exit_code == 1
        where = tmp_path / "journal.sqlite"
        assert answer.stderr == (
            f"rvm-edge: there is no journal at {where}; 'rvm-edge run' makes one\n"
        )
        assert answer.stdout == ""

    def test_a_file_of_something_else_is_one_line(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "journal.sqlite").write_text("no database " * 100)
        answer = journal(tmp_path, name)
        assert answer.exit_code == 1
        assert answer.stderr.startswith(f"rvm-edge: journal {tmp_path}/journal.sqlite: ")
        assert answer.stderr.count("\n") == 1

    def test_a_broken_chart_is_one_line_where_it_matters(
        self, name: str, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = msgspec.structs.replace(CHART, initial="nowhere")
        monkeypatch.setattr(journal_command, "CHART", broken)
        answer = journal(data, name)
        if name in {"tail", "export"}:
            assert answer.exit_code == 0
        else:
            assert answer.exit_code == 1
            assert answer.stderr.count("\n") == 1


def test_it_imports_neither_numpy_nor_the_models_runtime(data: Path) -> None:
    script = (
        "import sys\n"
        "from rvm_edge.cli import main\n"
        f"try: main(['--data-dir', {str(data)!r}, 'journal', 'verify'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (answer.returncode, answer.stderr) == (0, "")
