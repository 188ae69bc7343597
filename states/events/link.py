"""The machine and its server."""

from __future__ import annotations

from typing import ClassVar

from rvm_edge.statechart.definition import Event


class CredentialsReady(Event, frozen=True):
    """The machine knows who it is."""

    name: ClassVar[str] = "credentials.ready"


class CredentialsAwaited(Event, frozen=True):
    """A technician is about to bring other credentials; until then the machine stays who it is.

    Attributes:
        order_id: the order's identity.
    """

    order_id: str

    name: ClassVar[str] = "credentials.awaited"


class HandshakeOk(Event, frozen=True):
    """The server knows this machine."""

    name: ClassVar[str] = "handshake.ok"


class HandshakeUnreachable(Event, frozen=True):
    """The server did not answer: guests can be served all the same."""

    name: ClassVar[str] = "handshake.unreachable"


class HandshakeUnauthorized(Event, frozen=True):
    """The server does not accept the machine's key."""

    name: ClassVar[str] = "handshake.unauthorized"


class HandshakeBlocked(Event, frozen=True):
    """The operator has blocked this machine."""

    name: ClassVar[str] = "handshake.blocked"


class LinkUp(Event, frozen=True):
    """A handshake succeeded while guests were served offline."""

    name: ClassVar[str] = "link.up"


class LinkLost(Event, frozen=True):
    """Several heartbeats in a row went unanswered."""

    name: ClassVar[str] = "link.lost"
