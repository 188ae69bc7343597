"""The demo's server: a simulated MyRVM, reached over real sockets or, in virtual time, without."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from rvm_edge.cli.demo.internet import Internet
from rvm_edge.identity import Identity, Secret
from rvm_edge.link import LinkMaker
from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport, Json, serving
from rvm_edge.simulator.cloud.reverb import ReverbServer
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.uplink import MakeTelemetry, Uplink, to_server

SERIAL = "RVM-202601-001"
REVERB_KEY = "demo"
USERS = 50
"""Users 1 to 50 have an account at the demo's server."""


@dataclass
class DemoServer:
    """The server, the way to it, and who the machine is there.

    Attributes:
        books: the server itself.
        internet: what can be cut and mended.
        identity: who the machine is.
        transport: stands for the network in virtual time; else None.
        uplinks: what the machine has made of it so far, the newest last.
    """

    books: CloudServer
    internet: Internet
    identity: Identity
    transport: httpx.AsyncBaseTransport | None = None
    uplinks: list[Uplink] = field(default_factory=list)

    @property
    def uplink(self) -> Uplink:
        """The machine's link to it; there is one once the machine runs."""
        return self.uplinks[-1]

    def link(
        self,
        telemetry: MakeTelemetry = StillTelemetry,
        made: Callable[[Uplink], None] | None = None,
    ) -> LinkMaker:
        """Return what makes the machine's link to this server.

        Args:
            telemetry: makes what measures the machine.
            made: gets the link once it is made, in place of `uplinks`.
        """
        return to_server(
            lambda: self.identity,
            telemetry,
            app_key=REVERB_KEY if self.internet.reverb else "",
            transport=self.transport,
            made=made or self.uplinks.append,
        )

    def log_in(self, user_id: int) -> bool:
        """Have the server say that a user stands at the machine; say whether anybody heard it."""
        if self.internet.reverb is None:
            return False
        (machine,) = self.books.books.machines
        authorized: dict[str, Json] = {
            "session_id": self.books.books.new_uuid(),
            "user": {"id": user_id, "name": f"User {user_id}", "balance": 0},
            "timestamp": self.books.clock.iso(),
        }
        channel = f"rvm.{machine.rvm_uuid}"
        return self.internet.reverb.publish(channel, "session.authorized", authorized) > 0


@asynccontextmanager
async def demo_server(
    dialect: Dialect, seed: int, *, epoch_s: Callable[[], float] | None = None
) -> AsyncIterator[DemoServer]:
    """Run the server while the block lasts.

    Args:
        dialect: which of the published servers it plays.
        seed: for everything in it that is left to chance.
        epoch_s: its clock in virtual time; None for real sockets and the real time.
    """
    server = CloudServer(dialect, seed=seed, clock=epoch_s or time.time)
    machine = server.add_machine(SERIAL, name="Demo")
    token = server.books.new_text(40)
    server.add_user(1, token)
    for number in range(2, USERS + 1):
        server.add_user(number)
    key = Secret(machine.api_key)
    if epoch_s is not None:
        identity = Identity(server.site.origin, SERIAL, "Demo", key, Secret(token))
        yield DemoServer(server, Internet(server), identity, InProcessTransport(server))
        return
    reverb = ReverbServer(REVERB_KEY, Secret(server.books.new_text(32)))
    async with serving(server) as origin, reverb.serving() as port:
        server.broadcast_with(reverb, port)
        identity = Identity(origin, SERIAL, "Demo", key, Secret(token))
        yield DemoServer(server, Internet(server, reverb), identity)
