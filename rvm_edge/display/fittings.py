"""What a screen wants built into the machine before it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from rvm_edge.bridges.local.simulation import SimulatedWorld
from rvm_edge.daemon import Parts
from rvm_edge.display.failures import Failures
from rvm_edge.display.local_orders import LocalOrders, MergedOrders
from rvm_edge.display.sensed import sensed
from rvm_edge.display.senses import Senses
from rvm_edge.display.sight import RememberingEyes
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.link import Ground, Link, LinkMaker


@dataclass
class Fittings:
    """Built into one machine, with `around`, they know what its screen shows and orders.

    Attributes:
        senses: what was last read.
        orders: what a technician ordered.
        failures: which part failed last.
        eyes: whether they could judge; None before they are built in.
        world: around a simulated machine, for its screen to play with; None for a real one.
    """

    senses: Senses = field(default_factory=Senses)
    orders: LocalOrders = field(default_factory=LocalOrders)
    failures: Failures = field(default_factory=Failures)
    eyes: RememberingEyes | None = None
    world: SimulatedWorld | None = None

    def around(self, parts: Parts) -> Parts:
        """Return the parts with these fittings built in."""
        self.eyes = RememberingEyes(parts.eyes)
        return replace(
            parts,
            hardware=sensed(intercepted(parts.hardware, self.failures), self.senses),
            eyes=self.eyes,
            link=self._linked(parts.link),
        )

    def _linked(self, maker: LinkMaker) -> LinkMaker:
        @asynccontextmanager
        async def make(ground: Ground) -> AsyncIterator[Link]:
            async with maker(ground) as link:
                yield replace(link, orders=MergedOrders(link.orders, self.orders))

        return make
