"""Fetches things by HTTP, for models alone: bounded in size and time, with a key that stays home.

Redirects are followed here and not by the client, as each one is a question: whither, and what goes
along. What proves who the machine is goes to its own server's origin and nowhere else, also not
when that server is what sends us there.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import msgspec
import trio

from rvm_edge import __version__
from rvm_edge.identity import Identity
from rvm_edge.late_transport import into_network
from rvm_edge.vision.models.failures import TroubleError, UnfitError, UpdateError
from rvm_edge.whole_body import WholeBody

_MOST_HOPS = 5
_OK = 200


class Patience(msgspec.Struct, frozen=True):
    """How long the network is waited for.

    Attributes:
        connect_s: to reach a server and agree on TLS.
        stall_s: for anything more to come.
        document_s: for a small document, in all.
    """

    connect_s: float = 5.0
    stall_s: float = 30.0
    document_s: float = 30.0


@dataclass(frozen=True)
class Key:
    """What proves who the machine is, and the one place that may hear it.

    Attributes:
        origin: of the machine's server.
        headers: what is sent there.
    """

    origin: httpx.URL
    headers: Mapping[str, str] = field(repr=False)


def key_of(identity: Identity | None) -> Key | None:
    """Return what a machine proves itself by at its server."""
    if identity is None:
        return None
    headers = {"X-RVM-API-KEY": identity.api_key.reveal()}
    if identity.sync_token is not None:
        headers["Authorization"] = f"Bearer {identity.sync_token.reveal()}"
    return Key(httpx.URL(identity.server_url), headers)


class Web:
    """Gets documents and files. Open inside `open_web`."""

    def __init__(
        self, http: httpx.AsyncClient, key: Callable[[], Key | None], patience: Patience
    ) -> None:
        self._http = http
        self._key = key
        self.patience = patience

    async def document(self, url: str, most_bytes: int, accept: str = "application/json") -> bytes:
        """Return a small document.

        Raises:
            TroubleError: it did not come.
            UnfitError: it is too long.
        """
        body = bytearray()
        with trio.move_on_after(self.patience.document_s):
            async with self.opened(url, {"Accept": accept}) as response:
                if response.status_code != _OK:
                    raise TroubleError(f"{_place(response.url)} answered {response.status_code}")

                async def take(chunk: bytes) -> None:
                    body.extend(chunk)
                    if len(body) > most_bytes:
                        place = _place(response.url)
                        raise UnfitError(f"{place} sent more than {most_bytes} bytes")

                await each_chunk(response, take)
            return bytes(body)
        raise TroubleError(f"{_place(httpx.URL(url))} took too long")

    @asynccontextmanager
    async def opened(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """Ask for something, wherever it was moved to; the body is not read yet.

        Raises:
            TroubleError: the network failed, here or while the body was read.
            UnfitError: it leads somewhere that is not gone to.
        """
        at = _address(url)
        try:
            for _ in range(_MOST_HOPS):
                response = await self._http.send(self._request(at, headers), stream=True)
                try:
                    if not response.has_redirect_location:
                        yield response
                        return
                    at = _next(at, response.headers["Location"])
                finally:
                    await response.aclose()
        except httpx.TransportError as error:
            raise TroubleError(f"{_place(at)}: {_words(error)}", soon=True) from error
        raise UnfitError(f"{_place(at)} sends us on for ever")

    def _request(self, at: httpx.URL, headers: Mapping[str, str]) -> httpx.Request:
        key = self._key()
        known = key.headers if key is not None and _same_origin(at, key.origin) else {}
        sent = {
            "User-Agent": f"myrvm-edge/{__version__}",
            "Accept-Encoding": "identity",  # so that what comes is as long as what is hashed
            **headers,
            **known,
        }
        phases = httpx.Timeout(self.patience.stall_s, connect=self.patience.connect_s)
        limits = {"timeout": phases.as_dict()}
        request = httpx.Request("GET", at, headers=sent, extensions=limits)
        request.stream = WholeBody(b"")  # given to the constructor, it would leave Host out
        return request


async def each_chunk(response: httpx.Response, take: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand over a body as it comes, byte for byte as it was sent.

    Raises:
        UpdateError: as `take` says; no more is read then.
        httpx.TransportError: the connection broke.
    """
    failure: UpdateError | None = None
    try:
        async for chunk in response.aiter_raw():
            # To leave the loop would leave httpx's generators half run, for the garbage collector
            # to warn of; the next step over a closed connection ends them all.
            if failure is None:
                try:
                    await take(chunk)
                except UpdateError as error:
                    failure = error
                    await response.aclose()
    except httpx.TransportError:
        if failure is None:
            raise
    if failure is not None:
        raise failure


@asynccontextmanager
async def open_web(
    key: Callable[[], Key | None] = lambda: None,
    *,
    patience: Patience | None = None,
    ca_file: str = "",
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Web]:
    """Keep a client while inside.

    Args:
        key: returns what proves who the machine is; asked before every request.
        patience: how long to wait.
        ca_file: as `cloud.request.ca_file`.
        transport: stands for the network.

    Raises:
        OSError: the authority's certificate cannot be used.
    """
    for talkative in ("httpx", "httpcore"):  # they log addresses, which may be signed
        logging.getLogger(talkative).setLevel(logging.WARNING)
    # An authority of the owner's that is no good is told of at once.
    trust = ssl.create_default_context(cafile=ca_file) if ca_file and transport is None else None
    async with httpx.AsyncClient(
        transport=transport or into_network(trust),
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    ) as http:
        yield Web(http, key, patience or Patience())


def _address(url: str) -> httpx.URL:
    try:
        at = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UnfitError("the model's address cannot be read") from error
    if at.scheme not in ("http", "https") or not at.host or at.userinfo:
        raise UnfitError("the model's address is none of http without a user's name")
    return at


def _next(at: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads; from a protected connection to none without protection."""
    try:
        there = _address(str(at.join(location)))
    except httpx.InvalidURL as error:
        raise UnfitError(f"{_place(at)} sends us nowhere") from error
    if at.scheme == "https" and there.scheme != "https":
        raise UnfitError(f"{_place(at)} sends us to {_place(there)} without TLS")
    return there


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return _origin(one) == _origin(other)


def _origin(at: httpx.URL) -> tuple[str, str, int | None]:
    return at.scheme, at.host, at.port or {"http": 80, "https": 443}.get(at.scheme)


def _place(at: httpx.URL) -> str:
    """Name a server; never a path or a query, in which a signature may stand."""
    return at.host


def _words(error: httpx.TransportError) -> str:
    words = {
        httpx.ConnectTimeout: "not reached in time",
        httpx.ReadTimeout: "nothing more came",
        httpx.ConnectError: "not reached",
        httpx.RemoteProtocolError: "the answer broke off",
        httpx.ReadError: "the connection broke",
    }
    return words.get(type(error), "the connection failed")
