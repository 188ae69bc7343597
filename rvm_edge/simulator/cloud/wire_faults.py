"""A small TCP proxy before the server, which plays the network's part."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import trio

from rvm_edge.simulator.cloud.conduct import Conduct
from rvm_edge.simulator.cloud.doorway import Doorway
from rvm_edge.simulator.cloud.misbehaviour import Reach
from rvm_edge.simulator.cloud.wire import Flow, Wire, Wires


class FaultyNetwork:
    """Carries connections from a doorway to the server, as well as the server's reach has it.

    A change of reach is in force at once, before whoever made it goes on.
    """

    def __init__(
        self,
        doorway: Doorway,
        backend_port: int,
        conduct: Conduct,
        wires: Wires,
        connections: trio.Nursery,
    ) -> None:
        """Prepare to carry.

        Args:
            doorway: where clients come in.
            backend_port: where the server listens on 127.0.0.1.
            conduct: says how the server is reached.
            wires: where the open connections are found.
            connections: the nursery that they live in.
        """
        self._doorway = doorway
        self._backend_port = backend_port
        self._conduct = conduct
        self._wires = wires
        self._connections = connections
        self._flow = Flow()

    def start(self) -> None:
        """Open the doorway, if the server is to be reached. The nursery's end ends everything."""
        self._turn(self._conduct.reach)
        self._connections.start_soon(self._watch, self._conduct.watch_reach(self._turn))

    async def _watch(self, forget: Callable[[], None]) -> None:
        try:
            await trio.sleep_forever()
        finally:
            forget()
            self._doorway.refuse()

    def _turn(self, reach: Reach) -> None:
        if reach is Reach.REACHED:
            self._flow.go_on()
            self._connections.start_soon(self._accept, self._doorway.open())
        elif reach is Reach.BLACKHOLE:
            self._flow.stop()
            self._doorway.block()
        else:
            self._flow.go_on()
            self._doorway.refuse()
            self._wires.reset()

    async def _accept(self, listener: trio.SocketListener) -> None:
        with suppress(trio.ClosedResourceError):
            while True:
                self._connections.start_soon(self._carry, await listener.accept())

    async def _carry(self, client: trio.SocketStream) -> None:
        try:
            client_host: str = client.socket.getpeername()[0]
            backend = await trio.open_tcp_stream("127.0.0.1", self._backend_port)
        except OSError:
            client.socket.close()
            return
        port: int = backend.socket.getsockname()[1]
        wire = Wire(client, backend, self._flow, client_host)
        self._wires.add(port, wire)
        try:
            await wire.carry()
        finally:
            self._wires.drop(port)
