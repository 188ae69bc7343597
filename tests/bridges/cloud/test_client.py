"""What leaves the machine, and what is made of an answer, without a network."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Coroutine

import httpx
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.cloud.client import MOST_REPLY_BYTES, ApiClient, ForeignOriginError
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.failures import Progress, cut_off, failure_of
from rvm_edge.bridges.cloud.form import Form, Picture
from rvm_edge.identity import Secret
from rvm_edge.settings import RequestSettings
from tests.bridges.cloud.machines import IDENTITY, KEY, ORIGIN, identity_at

Server = Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]


async def exchange_with(server: Server, settings: RequestSettings | None = None) -> Exchange:
    transport = httpx.MockTransport(server)
    client = ApiClient(
        IDENTITY, settings or RequestSettings(), transport=transport, monotonic_s=trio.current_time
    )
    async with client.run():
        return await client.post_json(Endpoint.SYNC, b"{}")


def raising(error: Exception) -> Server:
    async def server(request: httpx.Request) -> httpx.Response:
        raise error

    return server


def streamed(
    status: int, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Return an answer whose body is still to come, as a network's is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


async def test_a_request_says_who_it_is_and_what_it_wants_to_hear() -> None:
    heard: list[httpx.Request] = []

    async def server(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return streamed(200)

    client = ApiClient(IDENTITY, RequestSettings(), transport=httpx.MockTransport(server))
    async with client.run():
        await client.post_json(Endpoint.SYNC, b'{"a":1}')
        client.introduce_as(42)
        await client.post_json(Endpoint.SYNC, b"{}", bearer=Secret("token"))
    first, second = heard
    assert str(first.url) == f"{ORIGIN}/api/v1/edge/sync-offline"
    assert (first.method, first.content) == ("POST", b'{"a":1}')
    assert first.headers["X-RVM-API-KEY"] == KEY
    assert first.headers["Accept"] == "application/json"
    assert first.headers["Content-Type"] == "application/json"
    assert "X-RVM-Machine-ID" not in first.headers
    assert "Authorization" not in first.headers
    assert second.headers["X-RVM-Machine-ID"] == "42"
    assert second.headers["Authorization"] == "Bearer token"


async def test_a_form_carries_its_fields_and_one_picture() -> None:
    heard: list[bytes] = []

    async def server(request: httpx.Request) -> httpx.Response:
        heard.append(request.content)
        assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        return streamed(201)

    client = ApiClient(IDENTITY, RequestSettings(), transport=httpx.MockTransport(server))
    async with client.run():
        form = Form((("status", "ACCEPTED"), ("data", '{"a":1}')), Picture("a.jpg", b"\xff\xd8"))
        await client.post_form(Endpoint.DEPOSIT, form)
    assert b'name="status"\r\n\r\nACCEPTED\r\n' in heard[0]
    assert b'name="data"\r\n\r\n{"a":1}\r\n' in heard[0]
    picture = b'name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n'
    assert picture in heard[0]


async def test_an_answer_is_taken_with_its_headers_in_one_way_of_writing() -> None:
    async def server(request: httpx.Request) -> httpx.Response:
        headers = {
            "Content-Type": "Application/JSON; charset=utf-8",
            "Retry-After": "60",
            "Date": "Tue, 10 Feb 2026 03:00:00 GMT",
        }
        return streamed(429, b"{}", headers)

    outcome = (await exchange_with(server)).outcome
    date = "Tue, 10 Feb 2026 03:00:00 GMT"
    assert outcome == Reply(429, "application/json", b"{}", 60.0, date)


async def test_an_answer_may_be_as_long_as_the_bound_and_no_longer() -> None:
    def of(size: int) -> Server:
        async def server(request: httpx.Request) -> httpx.Response:
            return streamed(200, b"x" * size)

        return server

    assert isinstance((await exchange_with(of(MOST_REPLY_BYTES))).outcome, Reply)
    assert (await exchange_with(of(MOST_REPLY_BYTES + 1))).outcome is Failure.NO_REPLY


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ConnectError("no"), Failure.NOT_SENT),
        (httpx.ConnectTimeout("no"), Failure.CONNECT_TIMEOUT),
        (httpx.PoolTimeout("no"), Failure.NOT_SENT),
        (httpx.LocalProtocolError("no"), Failure.NOT_SENT),
        (httpx.ReadTimeout("no"), Failure.NO_REPLY),
        (httpx.ReadError("no"), Failure.NO_REPLY),
        (httpx.WriteError("no"), Failure.NO_REPLY),
        (httpx.WriteTimeout("no"), Failure.NO_REPLY),
        (httpx.RemoteProtocolError("no"), Failure.NO_REPLY),
    ],
)
async def test_without_a_network_the_error_alone_says_whether_something_was_sent(
    error: Exception, failure: Failure
) -> None:
    assert (await exchange_with(raising(error))).outcome is failure


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (socket.gaierror(-2, "Name or service not known"), Failure.NO_ROUTE),
        (OSError(101, "Network is unreachable"), Failure.NO_ROUTE),
        (OSError(113, "No route to host"), Failure.NO_ROUTE),
        (OSError(111, "Connection refused"), Failure.REFUSED),
        (OSError(104, "Connection reset by peer"), Failure.NOT_SENT),
    ],
)
async def test_a_connection_that_fails_is_told_by_its_cause(
    cause: OSError, failure: Failure
) -> None:
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    assert (await exchange_with(raising(error))).outcome is failure


async def test_an_answer_that_drips_is_cut_off_by_the_deadline_of_the_whole_call(
    autojump_clock: MockClock,
) -> None:
    async def drip(request: httpx.Request) -> httpx.Response:
        async def body() -> object:
            while True:
                await trio.sleep(1)
                yield b"x"

        return httpx.Response(200, content=body())  # type: ignore[arg-type]

    before_s = trio.current_time()
    exchange = await exchange_with(drip, RequestSettings(connect_s=2, answer_s=5))
    assert exchange.outcome is Failure.NO_REPLY
    assert trio.current_time() - before_s == pytest.approx(7)
    assert exchange.ended_s - exchange.started_s == pytest.approx(7)


async def test_the_end_of_whoever_waits_is_not_taken_for_the_servers_silence(
    autojump_clock: MockClock,
) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await trio.sleep_forever()
        raise AssertionError

    with trio.move_on_after(1) as state:
        await exchange_with(never)
    assert state.cancelled_caught


async def test_nothing_leaves_for_another_origin() -> None:
    client = ApiClient(
        IDENTITY, RequestSettings(), transport=httpx.MockTransport(raising(AssertionError()))
    )
    async with client.run():
        assert client._http is not None
        for elsewhere in ("https://evil.example", "http://rvm.example.org", f"{ORIGIN}:444"):
            with pytest.raises(ForeignOriginError):
                await client._http.post(f"{elsewhere}/api", headers={"X-RVM-API-KEY": KEY})


async def test_cookies_are_neither_kept_nor_sent() -> None:
    heard: list[httpx.Request] = []

    async def server(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return streamed(200, b"", {"Set-Cookie": "session=1; Path=/"})

    client = ApiClient(IDENTITY, RequestSettings(), transport=httpx.MockTransport(server))
    async with client.run():
        await client.post_json(Endpoint.SYNC, b"{}")
        await client.post_json(Endpoint.SYNC, b"{}")
        assert client._http is not None
        assert len(client._http.cookies.jar) == 0
    assert "Cookie" not in heard[1].headers


async def test_whatever_the_error_is_called_a_request_that_had_begun_may_have_arrived() -> None:
    progress = Progress()
    assert failure_of(httpx.ConnectError("no"), progress)[0] is Failure.NOT_SENT
    await progress.follow("http11.send_request_headers.started", {})
    await progress.follow("http11.send_request_headers.failed", {})
    assert failure_of(httpx.ConnectError("no"), progress)[0] is Failure.NO_REPLY
    assert cut_off(progress, on_the_wire=True)[0] is Failure.NO_REPLY
    assert cut_off(Progress(), on_the_wire=True)[0] is Failure.CONNECT_TIMEOUT
    assert cut_off(Progress(), on_the_wire=False)[0] is Failure.NO_REPLY


async def test_a_machine_without_credentials_sends_nothing() -> None:
    client = ApiClient(
        None, RequestSettings(), transport=httpx.MockTransport(raising(AssertionError()))
    )
    async with client.run():
        one = await client.post_json(Endpoint.SYNC, b"{}")
        other = await client.post_form(Endpoint.DEPOSIT, Form((), Picture("a.jpg", b"")))
    assert one.outcome is other.outcome is Failure.NOT_SENT


async def test_new_credentials_lead_to_another_server_under_no_number() -> None:
    heard: list[httpx.Request] = []

    async def server(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return streamed(200)

    client = ApiClient(IDENTITY, RequestSettings(), transport=httpx.MockTransport(server))
    client.introduce_as(42)
    async with client.run():
        client.become(identity_at("http://10.0.0.2:8000"))
        await client.post_json(Endpoint.SYNC, b"{}")
    assert str(heard[0].url) == "http://10.0.0.2:8000/api/v1/edge/sync-offline"
    assert "X-RVM-Machine-ID" not in heard[0].headers


async def test_a_request_that_is_given_up_while_it_is_sent_leaves_nothing_half_run() -> None:
    connected = trio.Event()

    async def deaf(_stream: trio.SocketStream) -> None:
        connected.set()
        await trio.sleep_forever()

    listener, *_ = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]
    client = ApiClient(identity_at(f"http://127.0.0.1:{port}"), RequestSettings())
    async with trio.open_nursery() as nursery, client.run():
        nursery.start_soon(trio.serve_listeners, deaf, [listener])
        nursery.start_soon(client.post_json, Endpoint.SYNC, bytes(20_000_000))
        await connected.wait()
        await trio.testing.wait_all_tasks_blocked(0.01)
        nursery.cancel_scope.cancel()
    gc.collect()  # which is when a generator that was left half run would be warned of
