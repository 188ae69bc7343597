"""The simulated Reverb, message by message, against what the real one was seen to say."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator

import pytest
import trio
import trustme

from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.reverb import ReverbServer
from tests.simulator.cloud.reverb.talker import PATIENCE_S, Talker, talking

BAD_MESSAGE = '{"code":4200,"message":"Invalid message format"}'
UNAUTHORIZED = '{"code":4009,"message":"Connection is unauthorized"}'
SUBSCRIBED = '{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"%s"}'


@pytest.fixture
def server() -> ReverbServer:
    return ReverbServer("key", Secret("hush"))


@pytest.fixture
async def port(server: ReverbServer) -> AsyncIterator[int]:
    async with server.serving() as port:
        yield port


@pytest.fixture
async def talker(port: int) -> AsyncIterator[Talker]:
    async with talking(port) as talker:
        yield talker


async def test_the_welcome_is_a_text_that_is_json_once_more(
    server: ReverbServer, talker: Talker
) -> None:
    welcome = await talker.hear()
    (client,) = server.connections
    assert welcome == (
        '{"event":"pusher:connection_established",'
        f'"data":"{{\\"socket_id\\":\\"{client.socket_id}\\",\\"activity_timeout\\":30}}"}}'
    )


async def test_an_event_reaches_its_channel_and_no_other(
    server: ReverbServer, port: int, talker: Talker
) -> None:
    async with talking(port) as other:
        for one, channel in ((talker, "rvm.1"), (other, "rvm.2")):
            await one.socket_id()
            await one.subscribe(channel)
            assert await one.hear() == SUBSCRIBED % channel
        data: dict[str, Json] = {
            "command": "test_motor",
            "params": {"ms": 500},
            "request_id": "cmd_1",
        }
        assert await server.broadcast("rvm.1", "hardware.command", data) == 1
        assert await server.broadcast("rvm.2", "ui.update", {"type": "x"}) == 1
        assert await talker.hear() == (
            '{"event":"hardware.command","data":"{\\"command\\":\\"test_motor\\",'
            '\\"params\\":{\\"ms\\":500},\\"request_id\\":\\"cmd_1\\"}","channel":"rvm.1"}'
        )
        assert '"ui.update"' in await other.hear()


async def test_an_empty_object_is_an_empty_array_as_php_has_it(
    server: ReverbServer, talker: Talker
) -> None:
    await talker.socket_id()
    await talker.subscribe("rvm.1")
    await talker.hear()
    await server.broadcast("rvm.1", "hardware.command", {"params": {}, "list": [{}], "n": {"a": 1}})
    assert await talker.hear_payload() == '{"params":[],"list":[[]],"n":{"a":1}}'


async def test_subscribing_twice_does_not_double_events(
    server: ReverbServer, talker: Talker
) -> None:
    await talker.socket_id()
    for _ in range(2):
        await talker.subscribe("rvm.1")
        assert await talker.hear() == SUBSCRIBED % "rvm.1"
    await server.broadcast("rvm.1", "ui.update", {})
    await server.broadcast("rvm.1", "item.processed", {})
    assert '"ui.update"' in await talker.hear()
    assert '"item.processed"' in await talker.hear()


async def test_unsubscribing_has_no_reply_and_ends_the_events(
    server: ReverbServer, talker: Talker
) -> None:
    await talker.socket_id()
    await talker.subscribe("rvm.1")
    await talker.hear()
    await talker.say('{"event":"pusher:unsubscribe","data":{"channel":"rvm.1"}}')
    await talker.say('{"event":"pusher:ping","data":{}}')
    assert await talker.hear() == '{"event":"pusher:pong"}'
    assert await server.broadcast("rvm.1", "ui.update", {}) == 0


async def test_a_private_channel_takes_the_right_signature_only(
    server: ReverbServer, talker: Talker
) -> None:
    socket_id = await talker.socket_id()
    right = server.auth(socket_id, "private-rvm.1")
    proof = hmac.new(b"hush", f"{socket_id}:private-rvm.1".encode(), hashlib.sha256)
    assert right == f"key:{proof.hexdigest()}"
    for wrong in (None, "", "key:00", server.auth("9.9", "private-rvm.1"), "schlüssel"):
        await talker.subscribe("private-rvm.1", wrong)
        assert await talker.hear_payload() == UNAUTHORIZED
    await talker.subscribe("private-rvm.1", right)
    assert await talker.hear() == SUBSCRIBED % "private-rvm.1"


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "[]",
        "{}",
        '{"event":""}',
        '{"event":7}',
        '{"event":"pusher:dance"}',
        '{"event":"pusher:subscribe"}',
        '{"event":"pusher:subscribe","data":{}}',
        '{"event":"pusher:subscribe","data":"rvm.1"}',
        '{"event":"pusher:unsubscribe","data":{}}',
        '{"event":"client-status","data":{}}',
        '{"event":"client-status","channel":"rvm.1","data":"text"}',
        "[" * 9_000,
    ],
)
async def test_what_it_does_not_understand_is_4200_and_it_stays_open(
    talker: Talker, message: str
) -> None:
    await talker.socket_id()
    await talker.say(message)
    assert await talker.hear_payload() == BAD_MESSAGE
    await talker.say('{"event":"pusher:ping"}')
    assert await talker.hear() == '{"event":"pusher:pong"}'


async def test_a_whisper_is_passed_on_as_an_object_to_everybody_else(
    server: ReverbServer, port: int, talker: Talker
) -> None:
    await talker.socket_id()
    await talker.subscribe("rvm.1")
    await talker.hear()
    async with talking(port) as stranger:
        await stranger.socket_id()
        await stranger.say('{"event":"client-status","channel":"rvm.1","data":{"a":1}}')
        await stranger.say('{"event":"hardware.command","channel":"rvm.1","data":{"a":1}}')
        await stranger.say('{"event":"client-end","channel":"rvm.1"}')
        assert await talker.hear() == '{"event":"client-status","channel":"rvm.1","data":{"a":1}}'
        assert '"client-end"' in await talker.hear()
        await talker.say('{"event":"client-own","channel":"rvm.1","data":{}}')
        await talker.say('{"event":"pusher:ping"}')
        assert await talker.hear() == '{"event":"pusher:pong"}'


async def test_an_unknown_application_is_4001_and_then_1006(port: int) -> None:
    async with talking(port, "/app/other") as talker:
        expected = '{"code":4001,"message":"Application does not exist"}'
        assert await talker.hear_payload() == expected
        assert await talker.closing_code() == 1006


async def test_a_refused_origin_hears_4009_instead_of_a_welcome_and_is_not_closed(
    server: ReverbServer, port: int
) -> None:
    server.quirks.allowed_origins = ("rvm.example.org",)
    expected = '{"code":4009,"message":"Origin not allowed"}'
    for origin in ("https://evil.example", ""):
        async with talking(port, origin=origin) as talker:
            assert await talker.hear_payload() == expected
            await talker.beat()
    async with talking(port, origin="https://rvm.example.org") as talker:
        await talker.socket_id()


async def test_over_quota_hears_4004_instead_of_a_welcome_and_is_not_closed(
    server: ReverbServer, port: int
) -> None:
    server.quirks.over_quota = True
    async with talking(port) as talker:
        expected = '{"code":4004,"message":"Application is over connection quota"}'
        assert await talker.hear_payload() == expected
        await talker.beat()


async def test_too_many_messages_hear_4301_and_it_stays_open(
    server: ReverbServer, talker: Talker
) -> None:
    server.quirks.most_messages = 2
    await talker.socket_id()
    for _ in range(2):
        await talker.say('{"event":"pusher:ping"}')
        assert await talker.hear() == '{"event":"pusher:pong"}'
    for _ in range(2):
        await talker.say('{"event":"pusher:ping"}')
        assert await talker.hear_payload() == '{"code":4301,"message":"Rate limit exceeded"}'


async def test_ten_thousand_bytes_are_taken_and_one_more_is_closed_with_1009(
    talker: Talker,
) -> None:
    await talker.socket_id()
    await talker.say("x" * 10_000)
    assert await talker.hear_payload() == BAD_MESSAGE
    await talker.say("x" * 10_001)
    assert await talker.closing_code() == 1009


async def test_a_dropped_client_gets_no_closing_frame(server: ReverbServer, talker: Talker) -> None:
    await talker.socket_id()
    server.connections[0].drop()
    assert await talker.closing_code() == 1006


async def test_a_killed_server_closes_nothing_in_good_order(
    server: ReverbServer, nursery: trio.Nursery
) -> None:
    killed = trio.Event()

    async def live(task_status: trio.TaskStatus[int]) -> None:
        async with server.serving() as port:
            task_status.started(port)
            await killed.wait()

    async with talking(await nursery.start(live)) as talker:
        await talker.socket_id()
        killed.set()
        assert await talker.closing_code() == 1006


async def test_a_path_that_is_no_application_gets_a_bare_404(port: int) -> None:
    request = (
        b"GET /other HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    heard = b""
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(request)
        with trio.fail_after(PATIENCE_S):
            async for data in stream:
                heard += data
    assert heard.startswith(b"HTTP/1.1 404 ")
    assert b"content-length" not in heard.lower()


async def test_it_speaks_the_same_over_tls(server: ReverbServer) -> None:
    authority = trustme.CA()
    its_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(its_context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with (
        server.serving(tls_context=its_context) as port,
        talking(port, tls=trusting) as talker,
    ):
        await talker.socket_id()
        await talker.subscribe("rvm.1")
        assert await talker.hear() == SUBSCRIBED % "rvm.1"
        server.connections[0].drop()
        assert await talker.closing_code() == 1006


async def test_garbage_ends_one_connection_and_not_the_server(
    server: ReverbServer, port: int, talker: Talker
) -> None:
    for garbage in (b"\x00" * 100, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff\r\n\r\n"):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(garbage)
            with trio.fail_after(PATIENCE_S):
                assert await stream.receive_some() == b""
    await talker.socket_id()
    await server.until(lambda: len(server.connections) == 1)


async def test_an_error_inside_comes_out_as_it_is(server: ReverbServer) -> None:
    with pytest.raises(KeyError):
        async with server.serving():
            raise KeyError("mine")
