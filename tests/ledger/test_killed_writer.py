"""A real process, killed with SIGKILL while it writes: what it acknowledged is there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from rvm_edge.ledger import check, read_only

KILLS = 16


def one_life(path: Path, seed: int, patience_s: float) -> list[str]:
    """Run the writer, kill it `patience_s` after its first word, and return its words."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.busy_writer", str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(patience_s)  # a real process is killed at a moment of its own
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
        assert writer.wait(30) == -signal.SIGKILL
    lines = (first + rest).split("\n")
    assert lines.pop() == ""
    return lines


def history(path: Path) -> set[str]:
    with read_only(path) as connection:
        return {
            f"{uuid} {step}"
            for uuid, step in connection.execute("SELECT client_uuid, step FROM steps")
        }


def test_a_killed_writer_loses_nothing_that_it_acknowledged(path: Path) -> None:
    chance = random.Random(20260301)  # noqa: S311 - a test's dice
    acknowledged: list[str] = []
    for kill in range(KILLS):
        said = one_life(path, kill, chance.uniform(0.0, 0.08))
        acknowledged += said
        assert not [line for line in said if line.startswith("finding")]
        found = check(path)
        assert found.violations == ()
        stored = history(path)
        lost = set(acknowledged) - stored
        assert lost == set()
        # At most one step per life was committed and not yet said.
        assert len(stored) - len(acknowledged) <= kill + 1
    assert len(acknowledged) == len(set(acknowledged)) > KILLS * 5
    assert not list(path.parent.glob("*.corrupt.*"))
