"""Services around a machine that do nothing by themselves and remember what was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import trio

from drivers.ports import Frame
from rvm_edge.item import Session
from rvm_edge.orders import Action, Order, Refusal


class SilentChannel:
    """`rvm_edge.machine.Channel` of a server without a WebSocket, or one that a test speaks for."""

    def __init__(self) -> None:
        self._sessions, self._incoming = trio.open_memory_channel[Session | None](16)

    async def listen(self, authorized: Callable[[Session], Awaitable[None]]) -> None:
        """Pass on what `authorize` and `lose` say."""
        async for session in self._incoming:
            if session is None:
                return
            await authorized(session)

    def authorize(self, session: Session) -> None:
        """Say that a user stands at the machine."""
        self._sessions.send_nowait(session)

    def lose(self) -> None:
        """Lose the socket, where that counts as losing the server."""
        self._sessions.send_nowait(None)


class IdleCourier:
    """`rvm_edge.machine.Courier` that delivers nothing.

    Attributes:
        cap: what `cap_reached` says.
        waiting: what `undelivered` says.
        rests: how many ask it to rest right now.
        delivering: how many ask it to deliver right now.
    """

    def __init__(self) -> None:
        self.cap = ""
        self.waiting = 0
        self.rests = 0
        self.delivering = 0

    async def deliver(self) -> None:
        """Wait until cancelled."""
        self.delivering += 1
        try:
            await trio.sleep_forever()
        finally:
            self.delivering -= 1

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Count who asks for rest."""
        self.rests += 1
        try:
            yield
        finally:
            self.rests -= 1

    async def undelivered(self) -> int:
        """Say what the test wants."""
        await trio.lowlevel.checkpoint()
        return self.waiting

    async def cap_reached(self) -> str:
        """Say what the test wants."""
        await trio.lowlevel.checkpoint()
        return self.cap


class CountedEvidence:
    """`rvm_edge.machine.Evidence` that keeps nothing but the identities."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def keep(self, client_uuid: str, frames: Sequence[Frame]) -> None:
        """Remember whose picture it was."""
        await trio.lowlevel.checkpoint()
        if frames:
            self.kept.append(client_uuid)


class GivenOrders:
    """`rvm_edge.machine.Orders` that a test gives."""

    def __init__(self) -> None:
        self.waiting: deque[Order] = deque()
        self.withdrawn: list[Order] = []
        self._refused, self._refusals = trio.open_memory_channel[Refusal](64)
        self._given = trio.Event()

    def give(self, order: Order) -> None:
        """Order something."""
        self.waiting.append(order)
        self._given.set()
        self._given = trio.Event()

    def refuse(self, refusal: Refusal) -> None:
        """Say that something was refused at the door."""
        self._refused.send_nowait(refusal)

    async def next(self, actions: frozenset[Action]) -> Order:
        """Hand over the oldest order to do one of `actions`."""
        await trio.lowlevel.checkpoint()
        while True:
            for order in self.waiting:
                if order.action in actions:
                    self.waiting.remove(order)
                    return order
            await self._given.wait()

    def is_withdrawn(self, order: Order) -> bool:
        """Say whether the test has withdrawn it."""
        return order in self.withdrawn

    async def next_refusal(self) -> Refusal:
        """Hand over the oldest refusal."""
        return await self._refusals.receive()


class ShownAlbum:
    """`rvm_edge.machine.Album` that looks at each picture and forgets it."""

    def __init__(self) -> None:
        self.offered = 0

    async def offer(self, frame: Frame) -> str:
        """Count the picture."""
        await trio.lowlevel.checkpoint()
        self.offered += 1
        return f"shown, {len(frame.data)} bytes"
