"""Each mishap looks the same over a socket, over TLS and in virtual time, and to the books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from enum import Enum

import httpx
import pytest
import trio

from rvm_edge.simulator.cloud import (
    Authority,
    Certificate,
    CloudServer,
    Dialect,
    Machine,
    Misbehaviour,
    Mishap,
    Reach,
    serving,
)
from tests.simulator.cloud.sending import speaking, sync, transaction

PATIENCE_S = 0.3
"""So long is waited where no answer comes."""

WITHIN_S = 30.0
"""A busy computer answers within so long."""

RESET = "socket connection broken: [Errno 104] Connection reset by peer"

LOST = "Server disconnected without sending a response."
CUT = "peer closed connection without sending complete message body"


class Way(Enum):
    """How the server is reached."""

    IN_PROCESS = "in_process"
    SOCKET = "socket"
    TLS = "tls"


@asynccontextmanager
async def reached(
    way: Way, authority: Authority
) -> AsyncIterator[tuple[CloudServer, Machine, httpx.AsyncClient]]:
    server = CloudServer(Dialect.M)
    machine = server.add_machine("RVM-202601-042")
    if way is Way.IN_PROCESS:
        async with speaking(server, machine, timeout_s=WITHIN_S) as client:
            yield server, machine, client
        return
    async with serving(server, tls=authority if way is Way.TLS else None) as url:
        network = httpx.AsyncHTTPTransport(verify=authority.trust())
        async with speaking(
            server, machine, transport=network, base_url=f"{url}/api/v1", timeout_s=WITHIN_S
        ) as client:
            assert (await client.post("/edge/heartbeat", json={})).status_code == 200
            yield server, machine, client


@contextmanager
def in_vain(client: httpx.AsyncClient) -> Iterator[None]:
    """Have the client give up soon."""
    before, client.timeout = client.timeout, httpx.Timeout(PATIENCE_S)
    yield
    client.timeout = before


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


ways = pytest.mark.parametrize("way", list(Way), ids=lambda way: way.value)


@ways
@pytest.mark.parametrize(
    ("asked", "status", "stored"),
    [
        (Misbehaviour(Mishap.LATE, seconds=0.01), 200, 1),
        (Misbehaviour(Mishap.FAILS, status=500), 500, 0),
        (Misbehaviour(Mishap.FAILS, status=502, carried_out=True), 502, 1),
        (Misbehaviour(Mishap.HTML), 200, 0),
        (Misbehaviour(Mishap.REDIRECTS), 302, 0),
        (Misbehaviour(Mishap.THROTTLES, seconds=30), 429, 0),
        (Misbehaviour(Mishap.REQUEST_TWICE), 200, 2),
        (Misbehaviour(Mishap.REPLY_DRIPS, seconds=0.01, pieces=3), 200, 1),
        (Misbehaviour(Mishap.REPLY_TWICE), 200, 1),
    ],
    ids=lambda value: value.mishap.value if isinstance(value, Misbehaviour) else str(value),
)
async def test_what_is_answered_and_what_the_books_have(
    authority: Authority, way: Way, asked: Misbehaviour, status: int, stored: int
) -> None:
    async with reached(way, authority) as (server, _, client):
        server.misbehave(asked)
        reply = await sync(client, transaction())
        assert reply.status_code == status
        assert len(server.books.transactions) == stored
        assert (await sync(client, transaction())).status_code == 200


@ways
@pytest.mark.parametrize(
    ("mishap", "failure", "stored"),
    [
        (Mishap.REQUEST_CUT, httpx.ReadError(RESET), 0),
        (Mishap.REQUEST_IGNORED, httpx.ReadTimeout(""), 0),
        (Mishap.REPLY_LOST, httpx.RemoteProtocolError(LOST), 1),
        (Mishap.REPLY_SWALLOWED, httpx.ReadTimeout(""), 1),
        (Mishap.REPLY_RESET, httpx.ReadError(RESET), 1),
        (Mishap.REPLY_CUT, httpx.RemoteProtocolError(CUT), 1),
        (Mishap.LATE, httpx.ReadTimeout(""), 1),
    ],
)
async def test_how_a_request_fails_and_what_the_books_have(
    authority: Authority,
    way: Way,
    mishap: Mishap,
    failure: httpx.TransportError,
    stored: int,
) -> None:
    async with reached(way, authority) as (server, _, client):
        server.misbehave(mishap)
        waits = in_vain(client) if isinstance(failure, httpx.ReadTimeout) else nullcontext()
        with waits, pytest.raises(httpx.TransportError) as failed:
            await sync(client, transaction())
        assert type(failed.value) is type(failure)
        assert str(failed.value).startswith(str(failure))
        assert failed.value.request.url.path.endswith("/sync-offline")
        with trio.fail_after(WITHIN_S):
            while len(server.books.transactions) < stored:  # whoever gave up may be the quicker
                await trio.sleep(0.01)
        assert len(server.books.transactions) == stored
        assert (await sync(client, transaction())).status_code == 200


@ways
async def test_a_server_that_is_down_refuses_at_once(authority: Authority, way: Way) -> None:
    async with reached(way, authority) as (server, _, client):
        server.reach = Reach.REFUSED
        with pytest.raises(httpx.ConnectError, match=r"all attempts to connect to .* failed"):
            await sync(client, transaction())
        server.behave()
        assert (await sync(client, transaction())).status_code == 200
        assert len(server.books.transactions) == 1


@ways
async def test_packets_that_vanish_let_nobody_connect(authority: Authority, way: Way) -> None:
    async with reached(way, authority) as (server, machine, client):
        server.reach = Reach.BLACKHOLE
        if way is not Way.IN_PROCESS:  # which has no connection that stays open
            with in_vain(client), pytest.raises(httpx.ReadTimeout):
                await sync(client, transaction())
        with in_vain(client), pytest.raises(httpx.ConnectTimeout):
            await sync(client, transaction())
        server.behave()
        assert (await sync(client, transaction())).status_code == 200
        assert machine.rvm_id == 42


@pytest.mark.parametrize("way", [Way.SOCKET, Way.TLS], ids=lambda way: way.value)
async def test_what_was_under_way_arrives_when_packets_pass_again(
    authority: Authority, way: Way
) -> None:
    async with reached(way, authority) as (server, _, client):
        server.reach = Reach.BLACKHOLE
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sync, client, transaction())
            await trio.testing.wait_all_tasks_blocked()
            assert server.books.transactions == []
            server.reach = Reach.REACHED
        assert len(server.books.transactions) == 1


@pytest.mark.parametrize("way", [Way.IN_PROCESS, Way.TLS], ids=lambda way: way.value)
@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (Certificate.EXPIRED, "certificate has expired"),
        (Certificate.UNKNOWN_AUTHORITY, "unable to get local issuer certificate"),
    ],
)
async def test_a_certificate_that_is_not_to_be_trusted(
    authority: Authority, way: Way, shown: Certificate, words: str
) -> None:
    async with reached(way, authority) as (server, _, client):
        server.reach = Reach.REFUSED  # ends the connections that were trusted before
        server.reach = Reach.REACHED
        server.certificate = shown
        with pytest.raises(httpx.ConnectError) as failed:
            await sync(client, transaction())
        assert words in reasons(failed.value)
        server.behave()
        assert (await sync(client, transaction())).status_code == 200


def reasons(error: BaseException | None) -> str:
    told = []
    while error is not None:
        told.append(str(error))
        error = error.__cause__ or error.__context__
    return " / ".join(told)
