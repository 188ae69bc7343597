"""The simulated server without a socket: an httpx transport that works in virtual time.

httpx leaves time-outs to its transports. This one keeps them as the real one does, and fails with
the same exceptions and words.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncIterator
from email.utils import formatdate

import httpx
import msgspec
import trio

from rvm_edge.simulator.cloud.exchange import Request, Response
from rvm_edge.simulator.cloud.misbehaviour import Certificate, Mishap, Plan, Reach
from rvm_edge.simulator.cloud.server import CloudServer

_RESET = "socket connection broken: [Errno 104] Connection reset by peer"


class InProcessTransport(httpx.AsyncBaseTransport):
    """Carries requests to a `CloudServer` in this process.

    Use it as ``httpx.AsyncClient(transport=InProcessTransport(server), base_url=...)``. Whatever
    host the URL names, this server answers; an ``https`` URL meets its `certificate`.
    """

    def __init__(self, server: CloudServer, *, client: str = "127.0.0.1") -> None:
        """Connect to a server.

        Args:
            server: whom.
            client: the address that it sees.
        """
        self._server = server
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request.

        Raises:
            httpx.TransportError: as the network and the server's misbehaviour have it.
        """
        limits = _Limits.of(request)
        await self._connect(request, limits)
        body = await request.aread()
        plan = self._server.plan(request.url.path)
        asked = _asked(request, body, self._client)
        await self._before(request, asked, plan, limits)
        response = self._server.answer(asked, plan)
        await self._after(request, plan, limits)
        date = ("Date", formatdate(self._server.clock.now_s(), usegmt=True))  # as over a socket
        return _reply(request, response, [*response.all_headers(), date], plan, limits)

    async def _connect(self, request: httpx.Request, limits: _Limits) -> None:
        await trio.lowlevel.checkpoint()
        if self._server.reach is Reach.BLACKHOLE:
            await _reached(
                self._server, limits.connect_s, httpx.ConnectTimeout("", request=request)
            )
        if self._server.reach is Reach.REFUSED:
            url = request.url
            port = url.port or (443 if url.scheme == "https" else 80)
            raise httpx.ConnectError(
                f"all attempts to connect to {url.host}:{port} failed", request=request
            )
        if request.url.scheme == "https":
            _trust(self._server.certificate, request)

    async def _before(
        self, request: httpx.Request, asked: Request, plan: Plan, limits: _Limits
    ) -> None:
        if plan.meets(Mishap.REQUEST_CUT):
            self._server.ignore(asked, plan)
            raise httpx.ReadError(_RESET, request=request)
        if plan.meets(Mishap.REQUEST_IGNORED):
            self._server.ignore(asked, plan)
            await _silence(limits.read_s, request)

    async def _after(self, request: httpx.Request, plan: Plan, limits: _Limits) -> None:
        with trio.move_on_after(limits.read_s) as waiting:
            await trio.sleep(plan.late_s)
            if self._server.reach is Reach.BLACKHOLE:
                await _reached(self._server, math.inf, httpx.ReadTimeout("", request=request))
        if waiting.cancelled_caught:
            raise httpx.ReadTimeout("", request=request)
        if plan.meets(Mishap.REPLY_SWALLOWED):
            await _silence(limits.read_s, request)
        if plan.meets(Mishap.REPLY_RESET) or self._server.reach is Reach.REFUSED:
            raise httpx.ReadError(_RESET, request=request)
        if plan.meets(Mishap.REPLY_LOST):
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            )


class _Limits(msgspec.Struct, frozen=True):
    """How long the client waits, in seconds."""

    connect_s: float
    read_s: float

    @classmethod
    def of(cls, request: httpx.Request) -> _Limits:
        told = request.extensions.get("timeout", {})
        connect_s, read_s = told.get("connect"), told.get("read")
        return cls(
            math.inf if connect_s is None else connect_s, math.inf if read_s is None else read_s
        )


def _trust(shown: Certificate, request: httpx.Request) -> None:
    """Fail as httpx does over trio: without a word, and with the reason at the chain's end."""
    why = {
        Certificate.EXPIRED: "certificate has expired",
        Certificate.UNKNOWN_AUTHORITY: "unable to get local issuer certificate",
    }.get(shown)
    if why is None:
        return
    doubt = ssl.SSLCertVerificationError(
        1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {why}"
    )
    broken = trio.BrokenResourceError()
    broken.__cause__ = doubt
    raise httpx.ConnectError("", request=request) from broken


async def _silence(limit_s: float, request: httpx.Request) -> None:
    await trio.sleep(limit_s)
    raise httpx.ReadTimeout("", request=request)


async def _reached(server: CloudServer, limit_s: float, too_late: httpx.TransportError) -> None:
    """Wait until the server's packets get through again."""
    changed = trio.Event()
    forget = server.conduct.watch_reach(lambda _reach: changed.set())
    try:
        with trio.move_on_after(limit_s) as waiting:
            while server.reach is Reach.BLACKHOLE:
                await changed.wait()
                changed = trio.Event()
    finally:
        forget()
    if waiting.cancelled_caught:
        raise too_late


def _asked(request: httpx.Request, body: bytes, client: str) -> Request:
    url = request.url
    return Request(
        request.method,
        url.path,
        url.query.decode("latin-1"),
        {name.lower(): value for name, value in request.headers.items()},
        body,
        client,
        f"{url.scheme}://{url.netloc.decode('latin-1')}",
    )


def _reply(
    request: httpx.Request,
    response: Response,
    headers: list[tuple[str, str]],
    plan: Plan,
    limits: _Limits,
) -> httpx.Response:
    pieces, apart_s = 1, 0.0
    body = response.body if request.method != "HEAD" else b""
    if plan.misbehaviour is not None and plan.meets(Mishap.REPLY_DRIPS):
        pieces, apart_s = plan.misbehaviour.pieces, plan.misbehaviour.seconds
    cut_at = len(body) // 2 if plan.meets(Mishap.REPLY_CUT) else None
    return httpx.Response(
        response.status,
        headers=headers,
        stream=_Dripping(body, pieces, apart_s, cut_at, limits.read_s),
        request=request,
    )


class _Dripping(httpx.AsyncByteStream):
    """A reply's body, as it comes over a bad line."""

    def __init__(
        self, body: bytes, pieces: int, apart_s: float, cut_at: int | None, read_s: float
    ) -> None:
        self._body = body
        self._pieces = pieces
        self._apart_s = apart_s
        self._cut_at = cut_at
        self._read_s = read_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        coming = self._body if self._cut_at is None else self._body[: self._cut_at]
        size = max(1, -(-len(coming) // self._pieces))
        for start in range(0, len(coming), size):
            await self._pause()
            yield coming[start : start + size]
        if self._cut_at is not None:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body "
                f"(received {len(coming)} bytes, expected {len(self._body)})"
            )

    async def _pause(self) -> None:
        if self._apart_s > self._read_s:
            await trio.sleep(self._read_s)
            raise httpx.ReadTimeout("")
        await trio.sleep(self._apart_s)
