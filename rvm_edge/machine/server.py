"""The machine's server, as the chart uses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from rvm_edge.item import Session
from rvm_edge.orders import Action, Order, Refusal


class Standing(Enum):
    """How the machine stands with its server, as the last answer or silence tells."""

    OK = "ok"
    DEGRADED = "degraded"
    """The server knows the machine but nobody looks after it there; it serves all the same."""

    UNREACHABLE = "unreachable"
    """No answer, or none that can be believed: one of these alone proves little."""

    NO_ROUTE = "no_route"
    """There is no way to the server at all: no network, no route, no name."""

    UNAUTHORIZED = "unauthorized"
    BLOCKED = "blocked"


class Cloud(Protocol):
    """The server, as far as the chart needs it."""

    async def handshake(self) -> Standing:
        """Introduce the machine. Never raises for a dead network: that is an answer."""
        ...

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive and how full its bin is, if that is known.

        Orders in the answer go to `Orders`.
        """
        ...


class Channel(Protocol):
    """The server's WebSocket, where it has one."""

    async def listen(self, authorized: Callable[[Session], Awaitable[None]]) -> None:
        """Keep the socket while not cancelled; orders from it go to `Orders`.

        Returns only when the socket is lost and that counts as losing the server. Where the server
        has none this waits for ever.

        Args:
            authorized: called when the server says that a user stands at the machine.
        """
        ...


class Courier(Protocol):
    """Brings what waits in the ledger and the evidence to the server."""

    async def deliver(self) -> None:
        """Deliver while not cancelled: records in their order, and pictures."""
        ...

    def resting(self) -> AbstractContextManager[None]:
        """Let everything that can wait wait while inside: somebody is at the machine."""
        ...

    async def undelivered(self) -> int:
        """Return how many deposits the server is not known to have, given up or not.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...

    async def cap_reached(self) -> str:
        """Say in a few words why nothing more may be taken without the server; "" if it may.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        ...


class Orders(Protocol):
    """What the server ordered and is not done yet. Not durable: an order is worth ten minutes."""

    async def next(self, actions: frozenset[Action]) -> Order:
        """Hand over the oldest order to do one of `actions`, waiting for one."""
        ...

    def is_withdrawn(self, order: Order) -> bool:
        """Say whether whoever gave an order that was handed over wants it no more."""
        ...

    async def next_refusal(self) -> Refusal:
        """Hand over the oldest refusal that is not in the journal yet, waiting for one."""
        ...


class KeptError(Exception):
    """The machine goes on knowing who it is. The message says why, in one line."""


class Credentials(Protocol):
    """Whether the machine knows who it is."""

    @property
    def why_kept(self) -> str:
        """Why `forget` would be refused, in one line; "" if nothing speaks against it."""
        ...

    async def forget(self) -> None:
        """Forget who the machine is, and what was chosen or heard because it was that one.

        What people have put in is another matter: ledger, pictures and journal stay. Whatever has
        read the credentials goes by them until the next start.

        Raises:
            KeptError: they cannot be forgotten.
        """
        ...

    async def present(self) -> bool:
        """Say whether usable credentials are stored."""
        ...

    async def wait(self) -> None:
        """Return once usable credentials are stored."""
        ...

    async def renewed(self) -> None:
        """Return once usable credentials are stored in place of those that are there now."""
        ...
