"""The machine and its server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rvm_edge.statechart.definition import Event


@dataclass(frozen=True)
class CredentialsReady(Event):
    """The machine knows who it is."""

    name: ClassVar[str] = "credentials.ready"


@dataclass(frozen=True)
class CredentialsAwaited(Event):
    """A technician is about to bring other credentials; until then the machine stays who it is.

    Attributes:
        order_id: the order's identity.
    """

    order_id: str

    name: ClassVar[str] = "credentials.awaited"


@dataclass(frozen=True)
class HandshakeOk(Event):
    """The server knows this machine."""

    name: ClassVar[str] = "handshake.ok"


@dataclass(frozen=True)
class HandshakeUnreachable(Event):
    """The server did not answer: guests can be served all the same."""

    name: ClassVar[str] = "handshake.unreachable"


@dataclass(frozen=True)
class HandshakeUnauthorized(Event):
    """The server does not accept the machine's key."""

    name: ClassVar[str] = "handshake.unauthorized"


@dataclass(frozen=True)
class HandshakeBlocked(Event):
    """The operator has blocked this machine."""

    name: ClassVar[str] = "handshake.blocked"


@dataclass(frozen=True)
class LinkUp(Event):
    """A handshake succeeded while guests were served offline."""

    name: ClassVar[str] = "link.up"


@dataclass(frozen=True)
class LinkLost(Event):
    """Several heartbeats in a row went unanswered."""

    name: ClassVar[str] = "link.lost"
