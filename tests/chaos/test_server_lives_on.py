"""The real daemon is killed with ``kill -9`` while its world and its server live on.

Three processes, real sockets, real SQLite files: bottles go on falling, and replies go out to a
daemon that is not there any more. In the end everything that lies in the bin is at the server, and
nothing else; a server that knows repetitions has it once, one that knows none has more copies only
where the ledger says so.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest
import trio

from drivers.sim.caller import Caller
from rvm_edge.ledger.check import check
from rvm_edge.locations import Locations
from rvm_edge.packaged import config_file
from rvm_edge.simulator.cloud import Dialect, Misbehaviour, Mishap, Transaction
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import verify
from states.chart import CHART
from tests.both_sides import disagreements, dropped_items
from tests.chaos.processes import (
    EDGE,
    SERVES_WITHIN_S,
    Running,
    agree,
    bring_bottles,
    daemon,
    world_at,
)

TOKEN = "1|deposits"  # noqa: S105 - of a simulated user
DELIVERED_WITHIN_S = 60.0
MISHAPS = (Mishap.REPLY_LOST, Mishap.REPLY_RESET, Mishap.REPLY_CUT, Mishap.LATE)
SETTINGS = """
[policy]
heartbeat_s = 0.5
heartbeat_failures = 2
reconnect_first_s = 0.2
reconnect_cap_s = 1.0

[cloud.request]
connect_s = 1.0
answer_s = 1.0
retry_first_s = 0.2
retry_cap_s = 1.0
"""


class Books(msgspec.Struct, frozen=True):
    """What the server tells of its books, as far as it matters here."""

    transactions: list[Transaction]


@dataclass(frozen=True)
class Server:
    """A server in a process of its own.

    Attributes:
        admin: where it is asked about itself.
        credentials: the machine's.
    """

    admin: str
    credentials: Path

    async def books(self) -> Books:
        """Ask what it has."""
        async with httpx.AsyncClient(timeout=SERVES_WITHIN_S) as client:
            reply = await client.get(f"{self.admin}books")
        return msgspec.json.decode(reply.content, type=Books)

    async def misbehave(self, mishap: Mishap) -> None:
        """Let the next delivery go wrong."""
        asked = Misbehaviour(mishap, "*/sync-offline", seconds=0.5)
        async with httpx.AsyncClient(timeout=SERVES_WITHIN_S) as client:
            body = {"mishap": asked.mishap.value, "path": asked.path, "seconds": asked.seconds}
            reply = await client.post(f"{self.admin}misbehave", json=body)
        assert reply.status_code == 200


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda one: one.value)
async def test_whenever_the_daemon_is_killed_its_server_has_in_the_end_what_lies_in_the_bin(
    tmp_path: Path, cuts: int, dialect: Dialect
) -> None:
    chance = random.Random(11)  # noqa: S311 - repeatable on purpose
    place, socket = place_in(tmp_path), tmp_path / "world"
    async with world_at(socket), server_of(dialect, tmp_path / "credentials.json") as server:
        with Caller(socket) as caller:
            people = RemotePeople(caller)
            good = [one.name for one in await people.specimens() if one.should_accept]
            for _ in range(cuts // len(Dialect)):
                async with daemon_of(place, socket, server) as daemon:
                    await people.set_bin_pct(0.0)
                    await agree(people, place.data_dir)
                    await server.misbehave(chance.choice(MISHAPS))
                    with trio.move_on_after(daemon.pace * chance.uniform(1.2, 4.0)):
                        await bring_bottles(people, chance, good)
                    daemon.kill()
            async with daemon_of(place, socket, server):
                await agree(people, place.data_dir)
                await until_delivered(place)
                truth = await people.audit()
            at_server = (await server.books()).transactions
    dropped = dropped_items(place.ledger_path)
    assert len(dropped) == len(truth.dropped) > 0
    assert disagreements(dropped, at_server, dialect) == []
    assert check(place.ledger_path).violations == ()
    assert verify(place.journal_path, build(CHART)).ok


def place_in(folder: Path) -> Locations:
    """Make the folders of a machine that notices soon what becomes of its server."""
    config, data = folder / "config", folder / "data"
    config.mkdir()
    data.mkdir()
    (config / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copy(config_file("hardware_map.json"), config)
    return Locations(config, data)


async def until_delivered(place: Locations) -> None:
    """Wait until nothing waits for the server any more."""
    with trio.fail_after(DELIVERED_WITHIN_S):
        while any(one.state == "waiting" for one in dropped_items(place.ledger_path)):
            await trio.sleep(0.1)


def bring_token(credentials: Path) -> None:
    """Add the user's token, without which the newer server takes no deposits."""
    known = json.loads(credentials.read_bytes())
    credentials.write_text(json.dumps({**known, "sync_token": TOKEN}), encoding="utf-8")


@asynccontextmanager
async def server_of(dialect: Dialect, credentials: Path) -> AsyncIterator[Server]:
    """Serve in a process of its own, which writes the machine's credentials."""
    options = ("--dialect", dialect.value, "--user-token", TOKEN, "--json")
    command = (*EDGE, "cloud-sim", "--credentials", str(credentials), *options)
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(
            partial(
                trio.run_process,
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        )
        with trio.fail_after(SERVES_WITHIN_S):
            assert process.stdout is not None
            told = json.loads(await process.stdout.receive_some())
        bring_token(credentials)
        yield Server(told["admin"], credentials)
        process.terminate()


def daemon_of(
    place: Locations, socket: Path, server: Server
) -> AbstractAsyncContextManager[Running]:
    """Run the daemon in its world and at its server, from the moment it is ready for a person."""
    folders = ("--config-dir", str(place.config_dir), "--data-dir", str(place.data_dir))
    around = ("--world", str(socket), "--credentials", str(server.credentials))
    return daemon(*folders, "run", *around, "--eyes", "scripted", "--no-screen", "--json")
