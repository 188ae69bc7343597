"""The real process, killed with ``kill -9`` at random instants, again and again.

The simulated world dies with the process, as in a power cut in which somebody cleared the chamber;
that the books agree with a world that lives on is shown in `tests/states/test_error_and_kill.py`.
"""

import json
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

CUTS = 8


def asked(folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "rvm_edge", "--data-dir", str(folder), *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_no_kill_breaks_the_ledger_or_the_journal_or_sets_them_against_each_other(
    tmp_path: Path,
) -> None:
    chance = random.Random(9)  # noqa: S311 - repeatable on purpose
    rows = 0
    for cut in range(CUTS):
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "rvm_edge", "--data-dir", str(tmp_path), "demo"),
                *("--headless", "--virtual", "--items", "100000", "--seed", str(cut)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            wait_for_rows(tmp_path, rows)
            time.sleep(chance.random() / 2)
            assert process.poll() is None
            process.kill()
        books = asked(tmp_path, "ledger", "audit")
        assert books["problems"] == []
        assert isinstance(books["journal_rows"], int)
        assert books["journal_rows"] > rows
        rows = books["journal_rows"]
    finished = asked(tmp_path, "demo", "--headless", "--virtual", "--items", "5")
    assert (finished["lost"], finished["duplicated"], finished["in_doubt"]) == (0, 0, 0)
    assert asked(tmp_path, "ledger", "audit")["problems"] == []


def wait_for_rows(folder: Path, known: int) -> None:
    """Wait until the journal has more rows than `known`."""
    deadline = time.monotonic() + 60
    path = folder / "journal.sqlite"
    while time.monotonic() < deadline:
        if path.exists() and count(path) > known:
            return
        time.sleep(0.02)
    raise AssertionError("the process wrote no journal")


def count(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        try:
            (rows,) = journal.execute("SELECT count(*) FROM journal").fetchone()
        except sqlite3.OperationalError:  # its table is still being made
            return 0
    return int(rows)
