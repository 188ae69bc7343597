"""The processes of the chaos tests: a world, a daemon, and the people in between."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from rvm_edge.item import Outcome
from rvm_edge.ledger.reading import read_only
from rvm_edge.simulator.remote import RemotePeople

SERVES_WITHIN_S = 60.0
STARTS_S = 2.0
"""A computer that is not busy with other things has a daemon ready within so long."""

MOST_PACE = 2.0
NOTICED_FREE_S = 0.6
EDGE = (sys.executable, "-m", "rvm_edge")


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


@dataclass(frozen=True)
class Running:
    """A daemon that is ready.

    Attributes:
        process: which can be killed.
        pace: how many times as long as on an idle computer everything takes, as far as its start
            tells; from 1 to `MOST_PACE`.
    """

    process: trio.Process
    pace: float

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self.process.kill()


@asynccontextmanager
async def daemon(*arguments: str) -> AsyncIterator[Running]:
    """Run ``rvm-edge`` with these arguments, from the moment it is ready for a person."""
    async with trio.open_nursery() as nursery:
        began_s = trio.current_time()
        process: trio.Process = await nursery.start(
            partial(trio.run_process, (*EDGE, *arguments), stderr=subprocess.PIPE, check=False)
        )
        with trio.fail_after(SERVES_WITHIN_S):
            await until_ready(process)
        nursery.start_soon(read_on, process)
        pace = (trio.current_time() - began_s) / STARTS_S
        yield Running(process, min(max(1.0, pace), MOST_PACE))
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
