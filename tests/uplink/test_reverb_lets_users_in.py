"""The whole machine at a real Reverb: real sockets, real time, and nobody waits for a heartbeat."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import trio

from rvm_edge.identity import Secret
from rvm_edge.settings import CloudSettings, Policy, RequestSettings, ReverbSettings
from rvm_edge.simulator.cloud import Dialect, Json, Reach
from rvm_edge.simulator.cloud.reverb import ReverbServer
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World
from states import paths
from tests.rig import Booted
from tests.served_rig import (
    DIALECTS,
    PET,
    USER,
    ServedRig,
    online_and_idle,
    samples,
    until,
    until_delivered,
)

APP_KEY = "app-key"
PATIENCE_S = 20.0
QUICK = ReverbSettings(connect_s=3, pong_s=1, retry_first_s=0.05, retry_cap_s=0.2)
LOSS_COUNTS = msgspec.structs.replace(QUICK, loss_is_offline=True)


@dataclass
class Channel:
    """The machine's channel at a Reverb that can be stopped and started again.

    Attributes:
        rig: the machine and its HTTP server.
        reverb: the WebSocket server.
        port: where it listens whenever it does.
    """

    rig: ServedRig
    reverb: ReverbServer
    port: int = 0

    @property
    def name(self) -> str:
        """What the channel is called."""
        return f"rvm.{self.rig.registered.rvm_uuid}"

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Let it be there while inside; leaving kills it."""
        async with self.reverb.serving(port=self.port) as self.port:
            self.rig.server.broadcast_with(self.reverb, self.port)
            yield

    async def authorize(self, user: int, session_id: str) -> None:
        """Say that a user stands at the machine, once the machine listens."""
        data: dict[str, Json] = {
            "session_id": session_id,
            "user": {"id": user, "name": "Sari", "balance": 0},
            "timestamp": self.rig.server.clock.iso(),
        }
        with trio.fail_after(PATIENCE_S):
            while not await self.reverb.broadcast(self.name, "session.authorized", data):
                await trio.sleep(0.01)


def channel_at(folder: Path, dialect: Dialect, settings: ReverbSettings) -> Channel:
    """Put a machine that takes no time to move beside a server with a Reverb."""
    rig = ServedRig(
        folder,
        dialect=dialect,
        policy=Policy(heartbeat_s=0.2, reconnect_first_s=0.1, reconnect_cap_s=0.2),
        world=World(INSTANT, empty_pictures=samples().empty_pictures),
        cloud_settings=CloudSettings(
            request=RequestSettings(retry_first_s=0.1, retry_cap_s=0.5), reverb=settings
        ),
        app_key=APP_KEY,
        origin="http://127.0.0.1:1",
    )
    rig.eyes.takes_s = 0.01
    return Channel(rig, ReverbServer(APP_KEY, Secret("s" * 32)))


async def log_in_and_deposit(channel: Channel, booted: Booted) -> str:
    """Let the server log a user in, who brings a bottle and goes; return the session."""
    session_id = str(uuid.uuid4())
    await booted.until(paths.IDLE, within_s=PATIENCE_S)
    await channel.authorize(USER, session_id)
    await booted.until(paths.WAITING, within_s=PATIENCE_S)
    with trio.fail_after(PATIENCE_S):
        await booted.deposit(PET)
        await booted.finish()
    return session_id


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
async def test_a_user_whom_the_server_lets_in_deposits_and_is_credited(
    tmp_path: Path, dialect: Dialect
) -> None:
    channel = channel_at(tmp_path, dialect, QUICK)
    async with channel.served(), channel.rig.boot() as booted:
        await online_and_idle(booted)
        session_id = await log_in_and_deposit(channel, booted)
        with trio.fail_after(PATIENCE_S):
            await until_delivered(booted)
        (item,) = await booted.items()
    assert (item.session_id, item.owner) == (session_id, str(USER))
    assert len(channel.rig.delivered) == 1
    assert channel.rig.points == (10 if dialect is Dialect.D else 0)
    assert channel.rig.disagreements() == []


async def test_a_command_over_the_socket_needs_no_heartbeat_and_is_in_the_journal(
    tmp_path: Path,
) -> None:
    channel = channel_at(tmp_path, Dialect.D, QUICK)
    rig = channel.rig
    rig.policy = msgspec.structs.replace(rig.policy, heartbeat_s=600.0)
    async with channel.served(), rig.boot() as booted:
        await online_and_idle(booted)
        await until(lambda: bool(channel.reverb.connections), within_s=PATIENCE_S)
        command: dict[str, Json] = {
            "command": "check_connection",
            "params": [],
            "request_id": "cmd_1",
            "timestamp": rig.server.clock.iso(),
        }
        with trio.fail_after(PATIENCE_S):
            while not await channel.reverb.broadcast(channel.name, "hardware.command", command):
                await trio.sleep(0.01)
        await until(
            lambda: any(step.record.event == "order.done" for step in rig.steps),
            within_s=PATIENCE_S,
        )


async def test_a_reverb_that_dies_makes_nobody_offline_and_lets_users_in_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    channel = channel_at(tmp_path, Dialect.D, QUICK)
    async with channel.rig.boot() as booted:
        async with channel.served():
            await booted.until(paths.ONLINE, within_s=PATIENCE_S)
            await log_in_and_deposit(channel, booted)
            lost = socket_losses(channel)
        await until(lambda: socket_losses(channel) > lost, within_s=PATIENCE_S)
        await until(lambda: socket_failures(channel) > 5, within_s=PATIENCE_S)
        assert booted.is_in(paths.ONLINE)
        async with channel.served():
            await log_in_and_deposit(channel, booted)
    assert "link.lost" not in [step.record.event for step in channel.rig.steps]


async def test_where_its_loss_counts_the_link_goes_with_the_reverb_and_comes_back_with_it(
    tmp_path: Path,
) -> None:
    channel = channel_at(tmp_path, Dialect.D, LOSS_COUNTS)
    async with channel.rig.boot() as booted:
        async with channel.served():
            await booted.until(paths.ONLINE, within_s=PATIENCE_S)
            await log_in_and_deposit(channel, booted)
        await booted.until(paths.OFFLINE_GUEST, within_s=PATIENCE_S)
        assert channel.rig.server.reach is Reach.REACHED
        async with channel.served():
            await booted.until(paths.ONLINE, within_s=PATIENCE_S)
            await log_in_and_deposit(channel, booted)
            with trio.fail_after(PATIENCE_S):
                await until_delivered(booted)
    assert len(channel.rig.delivered) == 2
    assert channel.rig.disagreements() == []


async def test_a_key_that_the_server_has_no_reverb_for_is_no_trouble(tmp_path: Path) -> None:
    channel = channel_at(tmp_path, Dialect.D, LOSS_COUNTS)
    channel.rig.app_key = ""
    async with channel.rig.boot() as booted:
        await online_and_idle(booted)
        heard = channel.rig.registered.heartbeats
        await until(lambda: channel.rig.registered.heartbeats > heard + 3, within_s=PATIENCE_S)
        assert booted.is_in(paths.ONLINE)
        assert channel.rig.uplink.socket.listener is None


def socket_losses(channel: Channel) -> int:
    """Return how often the machine has lost the socket since the link was last made."""
    listener = channel.rig.uplink.socket.listener
    return listener.counts.losses if listener else 0


def socket_failures(channel: Channel) -> int:
    """Return how often it could not be connected."""
    listener = channel.rig.uplink.socket.listener
    return listener.counts.failures if listener else 0
