"""A simulated server in a process of its own, and the real client that speaks with it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from drivers.ports import Frame
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.identity import Identity
from rvm_edge.machine import Standing
from rvm_edge.provisioning.credentials import read_credentials
from rvm_edge.settings import RequestSettings
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.telemetry import Deeds, Figures

TOKEN = "token-of-the-bench"  # noqa: S105 - made up


@contextmanager
def served_cloud(dialect: str = "M") -> Iterator[Identity]:
    """Run ``rvm-edge cloud-sim`` while the block lasts; yield who the machine is there."""
    with tempfile.TemporaryDirectory(prefix="bench-cloud-") as folder:
        credentials = Path(folder) / "credentials.json"
        command = (sys.executable, "-m", "rvm_edge", "cloud-sim", "--dialect", dialect)
        options = ("--user-token", TOKEN, "--credentials", str(credentials), "--json")
        with subprocess.Popen(
            (*command, *options), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline(), "the simulated server did not start"
                yield read_credentials(credentials).identity
            finally:
                process.terminate()


@asynccontextmanager
async def speaking_with(identity: Identity) -> AsyncIterator[MyRvmCloud]:
    """Run the real client, welcomed by the server, while the block lasts."""
    cloud = MyRvmCloud(
        identity,
        RequestSettings(answer_s=30.0),
        StillTelemetry(Deeds(_nothing_done, dict)),
        as_jpeg=_as_it_is,
        on_commands=lambda _commands, _time: None,
    )
    async with cloud.run():
        standing = await cloud.handshake()
        assert standing is Standing.OK, cloud.trouble
        yield cloud


async def _nothing_done() -> Figures:
    await trio.lowlevel.checkpoint()
    return Figures()


async def _as_it_is(frame: Frame, _most_bytes: int) -> bytes:
    await trio.lowlevel.checkpoint()
    return frame.data
