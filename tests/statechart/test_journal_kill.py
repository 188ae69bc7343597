"""A process that is killed in the middle of writing loses no row that it was told is on disk."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from rvm_edge.statechart.journal import GENESIS, read
from rvm_edge.statechart.journal.record import hash_of

ROOT = Path(__file__).parents[2]
KILLS = 4


def write_and_kill(path: Path, after_s: float) -> int:
    """Let a writer work, kill it, and return the last row that it was told is on disk."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.statechart.journal_writer", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        assert first, "the writer wrote nothing"
        time.sleep(after_s)
        writer.kill()
        rest = writer.stdout.read()
    # The last line may have been cut by the kill itself.
    whole = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return int(whole[-1])


def test_kill_9_loses_no_acknowledged_row_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    chance = random.Random(9)  # noqa: S311 - moments, not secrets
    acknowledged = 0
    for _ in range(KILLS):
        latest = write_and_kill(path, chance.uniform(0.01, 0.1))
        assert latest > acknowledged
        acknowledged = latest
        records = list(read(path))
        assert acknowledged <= len(records) <= acknowledged + 1
    prev = GENESIS
    for seq, record in enumerate(records, start=1):
        assert (record.seq, record.prev, record.hash) == (seq, prev, hash_of(record))
        prev = record.hash
