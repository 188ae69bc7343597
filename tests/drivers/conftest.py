"""Fixtures for every test of a driver."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from drivers.esp32.controller import Connect, Controller
from drivers.esp32.serial_link import ByteLink, open_serial
from drivers.esp32.timings import Dialect
from drivers.replay.links import RecordingLink, ReplayLink
from drivers.replay.transcript import Message, dump, load
from rvm_edge.simulator.hardware import hardware_over, with_controller
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.world import World
from tests.drivers.rigs import LINK, PATIENCE_S, QUICK, Case, Rig, build, esp32_at


@pytest.fixture
def patience_s() -> float:
    """How long the drivers wait for an answer; `in_silence` makes it short."""
    return PATIENCE_S


@pytest.fixture(params=["sim", "remote", "esp32", "framed", "streamed", "gpio", "faulty", "noted"])
async def rig(
    request: pytest.FixtureRequest, tmp_path: Path, patience_s: float
) -> AsyncIterator[Rig]:
    """The machine through each kind of driver in turn."""
    world = World(QUICK)
    async with AsyncExitStack() as stack:
        hardware = await build(request.param, world, tmp_path, stack, patience_s)
        yield Rig(request.param, world, hardware)


@pytest.fixture(params=[Dialect.ASCII, Dialect.FRAMED])
async def replayed(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[Case], Awaitable[None]]:
    """Run a case on the ESP32 while recording, then again on the record alone."""

    def talk(connect: Connect) -> Controller:
        # No heartbeat, nothing said twice: when either falls due is no part of the conversation.
        link = replace(LINK, heartbeat_s=60, dead_man_s=15, frame_s=PATIENCE_S)
        return Controller(connect, link, request.param, session_number=itertools.count(7).__next__)

    async def run(case: Case) -> None:
        transcript: list[Message] = []
        world = World(QUICK)
        direct = hardware_over(world, answer_s=PATIENCE_S)
        async with esp32_at(world, tmp_path) as path:

            async def record() -> ByteLink:
                return RecordingLink(await open_serial(str(path)), transcript)

            controller = talk(record)
            async with controller.run():
                await case(with_controller(direct, controller))
        link = ReplayLink(load(dump(transcript)))

        async def replay() -> ByteLink:
            await trio.lowlevel.checkpoint()
            return link

        controller = talk(replay)
        async with controller.run():
            await case(with_controller(direct, controller))
        assert transcript

    return run


@pytest.fixture
def bottle(tmp_path: Path) -> Specimen:
    """An empty PET bottle and its picture."""
    picture = tmp_path / "bottle.jpg"
    picture.write_bytes(b"\xff\xd8 a picture of a bottle \xff\xd9")
    return Specimen("bottle", picture, "mineral", "pet", 18.0, should_accept=True)
