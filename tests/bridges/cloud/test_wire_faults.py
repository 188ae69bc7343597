"""What a request proves when a real connection is refused, cut, starved or led astray."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import trio

from rvm_edge.bridges.cloud.client import MOST_REPLY_BYTES, ApiClient
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.form import Form, Picture
from rvm_edge.settings import RequestSettings
from tests.bridges.cloud.machines import QUICK, identity_at
from tests.bridges.cloud.rough_server import Answer, RoughServer, rough_server, saying, whole

BODY = b'{"transactions":[]}'
OUTERMOST_S = 60.0
PATIENT = RequestSettings(connect_s=30, answer_s=30, upload_s=30)
"""Where an answer comes; `QUICK` is for where none does."""


async def ask(origin: str, settings: RequestSettings = PATIENT) -> Exchange:
    client = ApiClient(identity_at(origin), settings)
    with trio.fail_after(OUTERMOST_S):
        async with client.run():
            return await client.post_json(Endpoint.SYNC, BODY)


async def asked(
    answer: Answer, settings: RequestSettings = PATIENT
) -> tuple[Exchange, RoughServer]:
    async with rough_server(answer) as server:
        return await ask(server.origin, settings), server


async def test_a_whole_answer_is_a_reply() -> None:
    exchange, server = await asked(saying(whole()))
    assert isinstance(exchange.outcome, Reply)
    assert exchange.outcome.body == b'{"status":"success"}'
    assert server.heard[0].endswith(BODY)
    assert 0 <= exchange.ended_s - exchange.started_s < OUTERMOST_S


async def test_a_port_where_nobody_listens_refuses_and_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert (await ask(f"http://127.0.0.1:{port}")).outcome is Failure.REFUSED


class _NoNames(trio.abc.HostnameResolver):
    """A computer without a network: no name is known."""

    async def getaddrinfo(self, *_asked: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def getnameinfo(self, *_asked: object) -> tuple[str, str]:
        raise AssertionError


async def test_an_unknown_name_is_no_route() -> None:
    trio.socket.set_custom_hostname_resolver(_NoNames())
    exchange = await ask("http://rvm.example.org")
    assert (exchange.outcome, exchange.detail) == (Failure.NO_ROUTE, "its name is not known")


async def test_a_host_that_accepts_no_connection_times_out_unsent() -> None:
    """A full backlog: the kernel leaves further connections unanswered."""
    with socket.socket() as full, socket.socket() as taken, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (taken, waiting):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        exchange = await ask(f"http://127.0.0.1:{full.getsockname()[1]}", QUICK)
    assert exchange.outcome is Failure.CONNECT_TIMEOUT


async def test_silence_after_the_request_leaves_it_open_whether_it_arrived() -> None:
    async def sit(stream: trio.abc.Stream) -> None:
        await trio.sleep_forever()

    exchange, server = await asked(sit, QUICK)
    assert exchange.outcome is Failure.NO_REPLY
    assert server.heard[0].endswith(BODY)


@pytest.mark.parametrize("kept", [0, 1, 9, 40, len(whole()) - 1])
async def test_an_answer_that_is_cut_short_proves_nothing(kept: int) -> None:
    exchange, _ = await asked(saying(whole()[:kept]))
    assert exchange.outcome is Failure.NO_REPLY


async def test_a_reset_after_the_request_proves_nothing() -> None:
    async def reset(stream: trio.abc.Stream) -> None:
        assert isinstance(stream, trio.SocketStream)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    exchange, _ = await asked(reset)
    assert exchange.outcome is Failure.NO_REPLY


async def test_an_answer_of_one_byte_at_a_time_is_ended_by_the_deadline() -> None:
    async def drip(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await stream.send_all(b"x")
            await trio.sleep(QUICK.answer_s / 10)

    before_s = trio.current_time()
    exchange, _ = await asked(drip, QUICK)
    assert exchange.outcome is Failure.NO_REPLY
    assert trio.current_time() - before_s >= QUICK.connect_s + QUICK.answer_s


async def test_headers_without_an_end_are_ended_by_the_deadline() -> None:
    async def drip(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\n")
        while True:
            await stream.send_all(b"X: y\r\n")
            await trio.sleep(QUICK.answer_s / 10)

    exchange, _ = await asked(drip, QUICK)
    assert exchange.outcome is Failure.NO_REPLY


async def test_an_answer_without_a_measure_is_not_read_to_its_end() -> None:
    sent = 0

    async def flood(stream: trio.abc.Stream) -> None:
        nonlocal sent
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            await stream.send_all(b"x" * 65_536)
            sent += 65_536

    exchange, _ = await asked(flood)
    assert exchange.outcome is Failure.NO_REPLY
    assert "256" in exchange.detail or str(MOST_REPLY_BYTES) in exchange.detail
    assert sent < 64 * MOST_REPLY_BYTES


async def test_what_is_no_http_proves_nothing() -> None:
    exchange, _ = await asked(saying(b"SSH-2.0-OpenSSH_9.2\r\n"))
    assert exchange.outcome is Failure.NO_REPLY


@pytest.mark.parametrize("where", ["{other}/api/v1/edge/sync-offline", "//[", "ht!tp://%zz", "/up"])
async def test_a_redirection_is_an_answer_and_not_followed(where: str) -> None:
    async with rough_server(saying(whole())) as other:
        location = f"Location: {where.format(other=other.origin)}"
        moved = whole("302 Found", b"", "text/html", location)
        exchange, server = await asked(saying(moved))
    outcome = exchange.outcome
    assert outcome is Failure.NO_REPLY or (isinstance(outcome, Reply) and outcome.status == 302)
    assert other.heard == []
    assert len(server.heard) == 1


async def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = whole("200 OK", b"\x1f\x8b\x08\x00", "application/json", "Content-Encoding: gzip")
    exchange, server = await asked(saying(bomb))
    assert isinstance(exchange.outcome, Reply)
    assert exchange.outcome.body == b"\x1f\x8b\x08\x00"
    assert b"accept-encoding: identity" in server.heard[0].lower()


async def test_a_large_picture_turned_away_before_it_is_through_is_told_from_a_lost_one() -> None:
    """A web server answers 413 at the headers and closes, while the picture is still on its way."""
    big = b"\xff" * 4_000_000

    async def turn_away(stream: trio.SocketStream) -> None:
        async with stream:
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += await stream.receive_some()
            refusal = whole("413 Content Too Large", b"<html></html>", "text/html")
            await stream.send_all(refusal)
            await stream.send_eof()
            while await stream.receive_some():
                pass

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    client = ApiClient(identity_at(f"http://127.0.0.1:{port}"), PATIENT)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, turn_away, listeners)
        async with client.run():
            exchange = await client.post_form(Endpoint.DEPOSIT, Form((), Picture("a.jpg", big)))
        nursery.cancel_scope.cancel()
    assert isinstance(exchange.outcome, Reply)
    assert exchange.outcome.status == 413


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rough_server(saying(whole())) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.origin)
        exchange, _ = await asked(saying(whole()))
    assert isinstance(exchange.outcome, Reply)
    assert proxy.heard == []
