"""A process that writes rows until it is killed, and says of each that it is on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import trio

from rvm_edge.statechart.journal import Entry, open_journal


async def write_for_ever(path: Path) -> None:
    async with open_journal(path) as journal:
        while True:
            seq = journal.last.seq + 1 if journal.last else 1
            await journal.append(Entry("tick", {"n": seq}, (), (), (), ""))
            sys.stdout.write(f"{seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    trio.run(write_for_ever, Path(sys.argv[1]))
