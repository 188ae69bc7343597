"""The real daemon is killed with ``kill -9`` while its world lives on in another process.

What the mechanism had begun goes on moving; the bottle falls or does not. After every restart the
ledger must credit exactly what lies in the world's bin. `make soak` does it a thousand times.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from drivers.sim.caller import Caller
from rvm_edge.item import Outcome
from rvm_edge.ledger.check import check
from rvm_edge.ledger.reading import read_only
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import verify
from states.chart import CHART

SERVES_WITHIN_S = 60.0
NOTICED_FREE_S = 0.6
EDGE = (sys.executable, "-m", "rvm_edge")


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
                    with trio.move_on_after(chance.uniform(0.8, 3.5)):
                        await bring_bottles(people, chance, good)
                    daemon.kill()
            async with daemon_in(socket, data):
                await agree(people, data)
                truth = await people.audit()
    assert len(truth.items) > cuts / 3
    assert truth.hazards == ()
    assert check(data / "ledger.sqlite").violations == ()
    assert verify(data / "journal.sqlite", build(CHART)).ok


async def agree(people: RemotePeople, data: Path) -> None:
    """Hold the ledger of a machine that has just become ready against the world."""
    truth = await people.audit()
    assert truth.in_chamber == ()
    with read_only(data / "ledger.sqlite") as ledger:
        outcomes = [outcome for (outcome,) in ledger.execute("SELECT outcome FROM items")]
    assert None not in outcomes
    assert outcomes.count(Outcome.DROPPED.value) == len(truth.dropped)


async def bring_bottles(people: RemotePeople, chance: random.Random, names: list[str]) -> None:
    """Hold a hand to the slot until the gate opens, put bottles in, take returned ones away."""
    await people.collect()
    # The machine takes notice of a hand that comes, not of one that was always there.
    await trio.sleep(NOTICED_FREE_S)
    await people.hand_in()
    try:
        while (await people.view()).gate != "open":
            await trio.sleep(0.02)
    finally:
        with trio.CancelScope(shield=True):
            await people.hand_out()
    while True:
        item = await people.insert_when_open(chance.choice(names))
        await people.await_fate(item.number)
        await people.collect()


@asynccontextmanager
async def world_at(socket: Path) -> AsyncIterator[None]:
    """Serve a world in a process of its own."""
    command = (*EDGE, "simulate", "--socket", str(socket), "--travel-scale", "0.3", "--json")
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(
            partial(trio.run_process, command, stdout=subprocess.PIPE, check=False)
        )
        with trio.fail_after(SERVES_WITHIN_S):
            assert process.stdout is not None
            assert await process.stdout.receive_some()
        yield
        process.terminate()


@asynccontextmanager
async def daemon_in(socket: Path, data: Path) -> AsyncIterator[trio.Process]:
    """Run the daemon in the world at `socket`, from the moment it is ready for a person."""
    options = ("--world", str(socket), "--eyes", "scripted", "--json")
    command = (*EDGE, "--data-dir", str(data), "run", *options)
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(
            partial(trio.run_process, command, stderr=subprocess.PIPE, check=False)
        )
        with trio.fail_after(SERVES_WITHIN_S):
            await until_ready(process)
        nursery.start_soon(read_on, process)
        yield process
        process.kill()


async def until_ready(process: trio.Process) -> None:
    """Read the daemon's lines up to the one that says so."""
    assert process.stderr is not None
    told = b""
    while True:
        *lines, told = told.split(b"\n")
        for line in lines:
            if json.loads(line).get("milestone") == "ready":
                return
        received = await process.stderr.receive_some()
        assert received, "the daemon ended before it was ready"
        told += received


async def read_on(process: trio.Process) -> None:
    """Keep the daemon's pipe empty."""
    assert process.stderr is not None
    async for _ in process.stderr:
        pass
