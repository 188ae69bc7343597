"""The simulated world's camera as a stream, so that a streamed camera can be held to its port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from drivers.camera.parts import Kind, Part, written
from drivers.sim.link import Shot, SimulatedWorld, Verb

PICTURE_EVERY_S = 0.003


@dataclass(frozen=True)
class WorldsCamera:
    """`drivers.camera.process.Source`, and the one stream that it gives."""

    world: SimulatedWorld

    @asynccontextmanager
    async def open(self) -> AsyncIterator[WorldsCamera]:
        yield self

    async def receive(self) -> bytes:
        await trio.sleep(PICTURE_EVERY_S)
        shot = await self.world.ask(Verb.PICTURE)
        assert isinstance(shot, Shot)
        return written(Part(Kind(f"image/{shot.encoding}"), shot.data, shot.sequence))
