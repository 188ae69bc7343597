"""A link whose every service can be told what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from rvm_edge.link import Ground, Link
from rvm_edge.machine import Standing
from tests.stand_ins import (
    CountedEvidence,
    GivenOrders,
    IdleCourier,
    ShownAlbum,
    SilentChannel,
)


@dataclass
class CloudKnobs:
    """How the server behaves; turn them at any time.

    Attributes:
        answer: what a server that is reached says.
        reachable: whether it is reached at all.
        takes_s: how long an answer takes.
        gives_up_s: how long it takes to find out that it is not reached.
        heard_bin_pct: how full the bin was, as the last heartbeat said.
    """

    answer: Standing = Standing.OK
    reachable: bool = True
    takes_s: float = 0.05
    gives_up_s: float = 2.0
    heard_bin_pct: float | None = None


class SimulatedCloud:
    """`rvm_edge.machine.Cloud` without a network."""

    def __init__(self, knobs: CloudKnobs | None = None) -> None:
        self.knobs = knobs or CloudKnobs()
        self.handshakes = 0
        self.heartbeats = 0

    async def handshake(self) -> Standing:
        """Introduce the machine."""
        self.handshakes += 1
        return await self._answer()

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive."""
        self.knobs.heard_bin_pct = bin_pct
        self.heartbeats += 1
        return await self._answer()

    async def _answer(self) -> Standing:
        if not self.knobs.reachable:
            await trio.sleep(self.knobs.gives_up_s)
            return Standing.UNREACHABLE
        await trio.sleep(self.knobs.takes_s)
        return self.knobs.answer


@dataclass
class ScriptedLink:
    """The services, to be told what to do; survives a restart of the machine.

    Attributes:
        knobs: how the server answers.
        channel: its WebSocket.
        courier: delivers nothing.
        evidence: keeps only whose picture it was.
        orders: what the server ordered.
        album: pictures that it asked for.
    """

    knobs: CloudKnobs = field(default_factory=CloudKnobs)
    channel: SilentChannel = field(default_factory=SilentChannel)
    courier: IdleCourier = field(default_factory=IdleCourier)
    evidence: CountedEvidence = field(default_factory=CountedEvidence)
    orders: GivenOrders = field(default_factory=GivenOrders)
    album: ShownAlbum = field(default_factory=ShownAlbum)

    @asynccontextmanager
    async def made(self, _ground: Ground) -> AsyncIterator[Link]:
        """Be the link while the block lasts; an `rvm_edge.link.LinkMaker`."""
        yield Link(
            cloud=SimulatedCloud(self.knobs),
            channel=self.channel,
            courier=self.courier,
            evidence=self.evidence,
            orders=self.orders,
            album=self.album,
        )
