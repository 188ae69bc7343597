"""Tells why a request has no reply, and whether anything of it may have reached the server."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence

import httpx

from rvm_edge.bridges.cloud.exchange import Failure
from rvm_edge.bridges.cloud.trust import tls_words

_DEAD_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_DEEPEST = 32


class Progress:
    """How far a request came, as the connection reports it.

    httpx hands httpcore's trace events on; the first byte of a request leaves after
    ``http11.send_request_headers.started``. A transport without a network reports nothing.
    """

    def __init__(self) -> None:
        self.sending = False

    async def follow(self, event: str, info: Mapping[str, object]) -> None:  # noqa: ARG002 - httpcore's signature
        """Take note of one trace event."""
        self.sending = self.sending or event == "http11.send_request_headers.started"


def failure_of(error: httpx.TransportError, progress: Progress) -> tuple[Failure, str]:
    """Say why there is no reply, with a few words of detail that hold nothing secret."""
    if progress.sending or not isinstance(error, _BEFORE_SENDING):
        return Failure.NO_REPLY, _words(error)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return Failure.TLS, tls_words(cause)
    if isinstance(error, httpx.ConnectTimeout):
        return Failure.CONNECT_TIMEOUT, ""
    return _no_connection([cause for cause in causes if isinstance(cause, OSError)])


def _no_connection(causes: Sequence[OSError]) -> tuple[Failure, str]:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Failure.NO_ROUTE, "its name is not known"
    codes = [cause.errno for cause in causes if cause.errno]
    if errno.ECONNREFUSED in codes:
        return Failure.REFUSED, ""
    failure = Failure.NO_ROUTE if codes and _DEAD_ROUTE.issuperset(codes) else Failure.NOT_SENT
    return failure, os.strerror(codes[0]).lower() if codes else ""


def cut_off(progress: Progress, *, on_the_wire: bool) -> tuple[Failure, str]:
    """Say what a request was when its whole time was over.

    Args:
        progress: how far it came.
        on_the_wire: whether the transport reports that at all.
    """
    if progress.sending or not on_the_wire:
        return Failure.NO_REPLY, "its time is over"
    return Failure.CONNECT_TIMEOUT, ""


def _words(error: httpx.TransportError) -> str:
    """Return words of our own: an exception's may quote what was sent."""
    if isinstance(error, httpx.TimeoutException):
        return "silence"
    if isinstance(error, httpx.RemoteProtocolError):
        return "cut short, or no HTTP"
    return "the connection broke"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk everything that led to an error, also into groups: one per address that was tried."""
    waiting, seen = [error], 0
    while waiting and seen < _DEEPEST:
        one = waiting.pop()
        seen += 1
        yield one
        cause = one.__cause__ or one.__context__
        waiting += [cause] if cause is not None else []
        waiting += getattr(one, "exceptions", ())
