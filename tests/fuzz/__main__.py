"""Looks for bytes that break a door: ``python -m tests.fuzz [TARGET]... [--seconds N]``.

Guided by coverage (https://github.com/google/atheris), a process for each target. What it finds is
left in `.fuzz/TARGET/`, and is best turned into a test of that parser.

Use Python 3.10 (``make fuzz PYTHON=python3.10 VENV=.venv-3.10``): on 3.11 atheris's own changes to
the code end `picture-header` with a segmentation fault, at bytes that are refused without them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(".fuzz")
_LAST_LINE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+)")


def main() -> int:
    """Fuzz the targets that are named, or all of them; 1 when one was broken."""
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - a child must instrument its imports

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    asked = parser.parse_args()
    broken = []
    for name in asked.targets or TARGETS:
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(TARGETS[name].seeds):
            (folder / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={asked.seconds}", "-max_len=4096", "-rss_limit_mb=2048"]
        finds = f"-artifact_prefix={folder}/found-"
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one_target", name, *limits, finds, str(folder)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        last = _LAST_LINE.search(done.stderr)
        if done.returncode or last is None:
            broken.append(name)
            print(f"{name}: BROKEN\n{done.stderr[-3000:]}")  # noqa: T201 - the terminal's edge
        else:
            print(f"{name}: {int(last[1]):,} tries, {last[2]} edges, nothing found")  # noqa: T201
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
