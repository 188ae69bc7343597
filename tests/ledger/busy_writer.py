"""A process that writes items into a ledger as fast as it can, and says what it has done.

Each line on stdout is written after the call returned: ``<client_uuid> <step>``. The test that runs
it kills it.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import trio

from rvm_edge.item import Outcome, SessionEnd
from rvm_edge.ledger import Ledger, SystemClock, open_ledger
from rvm_edge.offload import in_thread
from tests.ledger.scenes import new_session, take_step

LIVES = (
    "accepted dropped delivered",
    "accepted dropped",
    "refused given_back returned",
    "accepted doubted dropped",
    "returned",
)


def say(words: str) -> None:
    os.write(1, f"{words}\n".encode())


async def clear(ledger: Ledger) -> None:
    """What the machine does after a power cut: end the session, find the item."""
    session = await ledger.session()
    if session is not None:
        await ledger.close_session(session.session_id, SessionEnd.INTERRUPTED)
    item = await ledger.item_in_hand()
    if item is not None:
        if item.state.value != "in_doubt":
            await ledger.doubt(item.client_uuid, "power was cut")
            say(f"{item.client_uuid} in_doubt")
        await ledger.settle(item.client_uuid, Outcome.RETURNED)
        say(f"{item.client_uuid} settled")


async def main(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    words = {
        "accepted": "decided",
        "refused": "decided",
        "doubted": "in_doubt",
        "dropped": "settled",
        "returned": "settled",
    }
    async with open_ledger(path, in_thread(), SystemClock()) as ledger:
        for finding in ledger.opening.findings:
            say(f"finding {finding}")
        await clear(ledger)
        while True:
            session = new_session()
            await ledger.open_session(session)
            for _ in range(3):
                item = await ledger.insert(session.session_id)
                say(f"{item.client_uuid} inserted")
                for step in chance.choice(LIVES).split():
                    await take_step(ledger, item.client_uuid, step)
                    say(f"{item.client_uuid} {words.get(step, step)}")
            await ledger.close_session(session.session_id, SessionEnd.FINISHED)


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), int(sys.argv[2]))
