"""A link whose every service can be told what to do: for virtual time and for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rvm_edge.link import Ground, Link
from rvm_edge.simulator.scripted_cloud import CloudKnobs, SimulatedCloud
from rvm_edge.simulator.stand_ins import (
    CountedEvidence,
    GivenOrders,
    IdleCourier,
    ShownAlbum,
    SilentChannel,
)


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
