"""The real daemon is killed with ``kill -9`` while its world lives on in another process.

What the mechanism had begun goes on moving; the bottle falls or does not. After every restart the
ledger must credit exactly what lies in the world's bin. `make soak` does it a thousand times.
"""

from __future__ import annotations

import random
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import trio

from drivers.sim.caller import Caller
from rvm_edge.ledger.check import check
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import verify
from states.chart import CHART
from tests.chaos.processes import Running, agree, bring_bottles, daemon, world_at


async def test_whenever_the_daemon_is_killed_the_ledger_credits_what_lies_in_the_bin(
    tmp_path: Path, cuts: int
) -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable on purpose
    data, socket = tmp_path / "data", tmp_path / "world"
    data.mkdir()
    async with world_at(socket):
        with Caller(socket) as caller:
            people = RemotePeople(caller)
            good = [one.name for one in await people.specimens() if one.should_accept]
            for _ in range(cuts):
                await people.set_bin_pct(0.0)  # some 450 bottles fill it
                async with daemon_in(socket, data) as daemon:
                    await agree(people, data)
                    with trio.move_on_after(daemon.pace * chance.uniform(0.8, 3.5)):
                        await bring_bottles(people, chance, good)
                    daemon.kill()
            async with daemon_in(socket, data):
                await agree(people, data)
                truth = await people.audit()
    assert len(truth.items) > cuts / 8
    assert truth.hazards == ()
    assert check(data / "ledger.sqlite").violations == ()
    assert verify(data / "journal.sqlite", build(CHART)).ok


def daemon_in(socket: Path, data: Path) -> AbstractAsyncContextManager[Running]:
    """Run the daemon in the world at `socket`, from the moment it is ready for a person."""
    options = ("--world", str(socket), "--eyes", "scripted", "--no-screen", "--json")
    return daemon("--data-dir", str(data), "run", *options)
