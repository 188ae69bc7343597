"""The one place that sends something to the server, and the only one that reveals its key.

A request is bounded in time as a whole and its reply in size; nothing is followed to another
place, and nothing is sent again by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import trio

from rvm_edge import __version__
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.failures import Progress, cut_off, failure_of
from rvm_edge.bridges.cloud.form import Form
from rvm_edge.bridges.cloud.patience import retry_after_s
from rvm_edge.bridges.cloud.trust import trusting
from rvm_edge.identity import Identity, Secret
from rvm_edge.late_transport import into_network
from rvm_edge.settings import RequestSettings
from rvm_edge.whole_body import WholeBody

MOST_REPLY_BYTES = 256 * 1024
"""The longest reply that was seen has three kilobytes."""

_CONNECTIONS = 4
_KEEP_ALIVE_S = 5.0  # the server may close an older one under our request: a lost reply for nothing
_REDACTED = "…".encode()
_SHORTEST_SECRET = 12  # taking anything shorter out of a reply would break the reply


class ForeignOriginError(Exception):
    """A request was about to leave for another place than the machine's server."""


class ApiClient:
    """Sends requests to one server, in the name of one machine."""

    def __init__(
        self,
        identity: Identity | None,
        settings: RequestSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            identity: where the server is, and the key; None before anybody brought them.
            settings: how long to wait.
            transport: stands for the network.
            monotonic_s: the clock that moments are told by.
        """
        self._settings = settings
        self._transport = transport
        self._monotonic_s = monotonic_s
        self._http: httpx.AsyncClient | None = None
        self.become(identity)

    @property
    def identity(self) -> Identity | None:
        """In whose name requests are sent."""
        return self._identity

    def become(self, identity: Identity | None) -> None:
        """Send in the name of another machine from now on, whose number is not known yet."""
        self._identity = identity
        self._rvm_id: int | None = None

    def introduce_as(self, rvm_id: int) -> None:
        """From now on send the machine's number along; the newer server's deposits need it."""
        self._rvm_id = rvm_id

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Keep the connections while inside.

        Raises:
            TrustError: the authority's certificate cannot be used.
        """
        for talkative in (
            "httpx",
            "httpcore",
        ):  # they log headers, in which a server may quote a key
            logging.getLogger(talkative).setLevel(logging.WARNING)
        ca_file = self._settings.ca_file
        trust = trusting(ca_file) if ca_file else None  # one that is no good is told of at once
        limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEP_ALIVE_S)
        async with httpx.AsyncClient(
            transport=self._transport or into_network(trust, limits),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            event_hooks={"request": [self._keep_at_home]},
        ) as http:
            self._http = http
            try:
                yield
            finally:
                self._http = None

    async def post_json(
        self,
        endpoint: Endpoint,
        body: bytes,
        *,
        bearer: Secret | None = None,
        machine_uuid: str = "",
    ) -> Exchange:
        """Send a JSON body.

        Args:
            endpoint: which call.
            body: the JSON.
            bearer: a user's token, where the call wants one.
            machine_uuid: the machine's public name, where the call wants that; else "".
        """
        if self._identity is None:
            return self._nobody()
        headers = {**self._headers(self._identity), "Content-Type": "application/json"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer.reveal()}"
        if machine_uuid:
            headers["X-Machine-UUID"] = machine_uuid
        url = _url(self._identity, endpoint)
        request = httpx.Request("POST", url, headers=headers, content=body)
        return await self._exchange(request, self._settings.answer_s, self._identity)

    async def post_form(self, endpoint: Endpoint, form: Form) -> Exchange:
        """Send a picture with its fields."""
        if self._identity is None:
            return self._nobody()
        request = httpx.Request(
            "POST",
            _url(self._identity, endpoint),
            headers=self._headers(self._identity),
            data=dict(form.fields),
            files={"image": (form.image.filename, form.image.jpeg, "image/jpeg")},
        )
        return await self._exchange(request, self._settings.upload_s, self._identity)

    def _nobody(self) -> Exchange:
        now_s = self._monotonic_s()
        return Exchange(Failure.NOT_SENT, "no credentials yet", now_s, now_s)

    def _headers(self, identity: Identity) -> Mapping[str, str]:
        headers = {
            "Accept": "application/json",  # without it, this server redirects instead of explaining
            "Accept-Encoding": "identity",  # so that a reply is as long as what is read of it
            "User-Agent": f"myrvm-edge/{__version__}",
            "X-RVM-API-KEY": identity.api_key.reveal(),
        }
        if self._rvm_id is not None:
            headers["X-RVM-Machine-ID"] = str(self._rvm_id)
        return headers

    async def _exchange(
        self, request: httpx.Request, answer_s: float, identity: Identity
    ) -> Exchange:
        """Send a request once and wait for a whole reply, within one deadline for all of it."""
        progress = Progress()
        connect_s = self._settings.connect_s
        phases = httpx.Timeout(answer_s, connect=connect_s, pool=connect_s)
        request.extensions.update(trace=progress.follow, timeout=phases.as_dict())
        request.stream = WholeBody(request.read())
        started_s = self._monotonic_s()
        outcome: Reply | Failure | None = None
        detail = ""
        with trio.move_on_after(connect_s + answer_s):
            try:
                outcome, detail = await self._reply(request, identity)
            except httpx.TransportError as error:
                outcome, detail = failure_of(error, progress)
        if outcome is None:
            outcome, detail = cut_off(progress, on_the_wire=self._transport is None)
        return Exchange(outcome, detail, started_s, self._monotonic_s())

    async def _reply(
        self, request: httpx.Request, identity: Identity
    ) -> tuple[Reply | Failure, str]:
        if self._http is None:
            raise RuntimeError("the client is not running")
        response = await self._http.send(request, stream=True)
        try:
            body = await _body_of(response)
        finally:
            await response.aclose()
        if body is None:
            return Failure.NO_REPLY, f"an answer of more than {MOST_REPLY_BYTES // 1024} KiB"
        headers = response.headers
        date = headers.get("Date", "")
        reply = Reply(
            status=response.status_code,
            content_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            body=_redacted(body, identity),
            retry_after_s=retry_after_s(headers.get("Retry-After", "").strip(), date),
            date=date,
        )
        return reply, ""

    async def _keep_at_home(self, request: httpx.Request) -> None:
        """Refuse, as the last thing before it leaves, a request to anywhere else."""
        home = httpx.URL(self._identity.server_url) if self._identity else httpx.URL()
        at = request.url
        if (at.scheme, at.host, at.port) != (home.scheme, home.host, home.port):
            raise ForeignOriginError(f"a request was about to leave for {at.host}")


def _url(identity: Identity, endpoint: Endpoint) -> httpx.URL:
    return httpx.URL(identity.server_url).copy_with(raw_path=endpoint.value.encode("ascii"))


async def _body_of(response: httpx.Response) -> bytes | None:
    """Read a reply's body; None for one that is too long, of which no more is read."""
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            if len(body) <= MOST_REPLY_BYTES:
                body += chunk
            if len(body) > MOST_REPLY_BYTES:
                # To leave the loop would leave four generators of httpx half run, for the garbage
                # collector to warn of; the next step over a closed connection ends them all.
                await response.aclose()
    except httpx.ReadError:
        if len(body) <= MOST_REPLY_BYTES:
            raise
    return bytes(body) if len(body) <= MOST_REPLY_BYTES else None


def _redacted(body: bytes, identity: Identity) -> bytes:
    """Take our own secrets out of a reply: a failing server quotes its SQL, values and all."""
    for secret in (identity.api_key, identity.sync_token):
        if secret is not None and len(secret.reveal()) >= _SHORTEST_SECRET:
            body = body.replace(secret.reveal().encode(), _REDACTED)
    return body
