"""What came of one request: a whole reply, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import msgspec


class Failure(Enum):
    """Why there is no reply. All but the last: nothing of the request left this machine."""

    NO_ROUTE = "no_route"
    """No network, no way to the address, or the name is not known."""

    REFUSED = "refused"
    """Nobody listens at the server's port."""

    CONNECT_TIMEOUT = "connect_timeout"
    """The server's computer did not answer in time."""

    TLS = "tls"
    """No secure connection: above all, a certificate that cannot be trusted."""

    NOT_SENT = "not_sent"
    """It failed otherwise before anything was sent."""

    NO_REPLY = "no_reply"
    """Something was sent, and no whole reply of a sensible size came back in time."""


@dataclass(frozen=True)
class Reply:
    """A whole reply.

    Attributes:
        status: the HTTP status code.
        content_type: the header, in lower case and without parameters; "" for none.
        body: at most `client.MOST_REPLY_BYTES`.
        retry_after_s: how long the server asks to be left alone; None if it does not.
        date: the ``Date`` header; "" for none.
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after_s: float | None = None
    date: str = ""


class Exchange(msgspec.Struct, frozen=True):
    """One request and what came of it.

    Attributes:
        outcome: the reply, or why there is none.
        detail: of a failure, in a few words, such as ``certificate has expired``; "" for none.
        started_s: monotonic time when the request was begun.
        ended_s: monotonic time when the outcome stood.
    """

    outcome: Reply | Failure
    detail: str = ""
    started_s: float = 0.0
    ended_s: float = 0.0
