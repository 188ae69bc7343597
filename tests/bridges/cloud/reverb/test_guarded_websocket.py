"""The WebSocket library's faults, and that none of them leaves the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio
import trio_websocket
import wsproto
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, lockstep_stream_pair
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from rvm_edge.bridges.cloud.reverb.errors import Retry, ReverbTroubleError
from rvm_edge.bridges.cloud.reverb.guarded_websocket import (
    CLOSE_S,
    SEND_S,
    GuardedWebSocket,
    open_websocket,
)
from tests.bridges.cloud.reverb.peer import Peer
from tests.bridges.cloud.reverb.rig import address

NO_WEBSOCKET = "the server speaks no WebSocket, or hung up"
BROKEN = "the server breaks the protocol: LocalProtocolError"
HTTP = "the server answers HTTP %d instead of a WebSocket"

Use = Callable[[GuardedWebSocket], Awaitable[object]]


def in_s(seconds: float) -> float:
    return trio.current_time() + seconds


async def using(stream: trio.abc.Stream, use: Use) -> None:
    async with open_websocket(stream, address(), in_s(10)) as websocket:
        await use(websocket)


async def trouble_of(stream: trio.abc.Stream, use: Use) -> ReverbTroubleError:
    with pytest.raises(ReverbTroubleError) as caught:
        await using(stream, use)
    return caught.value


async def nothing(_: GuardedWebSocket) -> None:
    """Leave it as soon as it is open."""


async def ping_while_closing(peer: Peer) -> None:
    await peer.agree()
    goodbye = await peer.expect(CloseConnection)
    ping = wsproto.frame_protocol.FrameProtocol(client=False, extensions=[]).ping(b"late")
    await peer.far.send_all(ping + peer._protocol.send(goodbye.response()))
    await peer.expect_hanging_up()


async def test_a_ping_while_we_close_is_passed_over_and_cancels_nobody(
    autojump_clock: MockClock,
) -> None:
    peer = Peer()
    siblings = 0

    async def sibling() -> None:
        nonlocal siblings
        await trio.sleep(100)
        siblings += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(sibling)
        nursery.start_soon(ping_while_closing, peer)
        started_s = trio.current_time()
        async with open_websocket(peer.near, address(), in_s(10)) as websocket:
            nursery.start_soon(sibling)
        assert trio.current_time() == started_s
        assert websocket._why == ""
    assert siblings == 2


async def test_the_library_alone_still_breaks_over_such_a_ping(autojump_clock: MockClock) -> None:
    """When this fails, the guard can go."""
    peer = Peer()

    async def close() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ping_while_closing, peer)
            websocket = await trio_websocket.wrap_client_stream(
                nursery,
                peer.near,  # type: ignore[arg-type] # any stream will do
                "host",
                "/",
            )
            await websocket.aclose()

    with pytest.raises(Exception, match="Exceptions from Trio nursery") as caught:
        await close()
    assert "LocalProtocolError" in repr(caught.value)


async def test_pings_are_answered_while_it_is_open(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)
    async with open_websocket(peer.near, address(), in_s(10)):
        await peer.send(Ping(b"1"), Ping(b"2"))
        assert [bytes((await peer.expect(Pong)).payload) for _ in range(2)] == [b"1", b"2"]


async def test_it_asks_for_the_application_as_pusher_clients_do(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()

    async def check() -> None:
        request = await peer.agree()
        assert request.target == "/app/key?protocol=7&client=rvm-edge&version=1"
        assert request.host == "127.0.0.1:443"
        assert (b"origin", b"http://127.0.0.1:443") in list(request.extra_headers)

    nursery.start_soon(check)
    await using(peer.near, nothing)


async def test_messages_come_whole_in_text_or_bytes_and_in_order(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)
    async with open_websocket(peer.near, address(), in_s(10)) as websocket:
        await peer.send(
            TextMessage("a", message_finished=False), TextMessage("b"), BytesMessage(b"c")
        )
        assert [await websocket.receive() for _ in range(2)] == ["ab", b"c"]


async def test_too_large_a_message_ends_the_connection_even_in_small_pieces(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)

    async def hear(websocket: GuardedWebSocket) -> None:
        for _ in range(11):
            await peer.send(TextMessage("x" * 1_000, message_finished=False))
        await websocket.receive()

    assert "(1009)" in str(await trouble_of(peer.near, hear))
    assert (await peer.expect(CloseConnection)).code == 1009


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"", NO_WEBSOCKET),
        (b"SSH-2.0-OpenSSH_9.0\r\n\r\n", BROKEN),
        (b"HTTP/1.1 101 Upgrade\r\n\r\n", BROKEN),
        (b"HTTP/1.1 404 Not Found\r\n\r\nNot found.", HTTP % 404),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", HTTP % 200),
    ],
)
async def test_a_server_that_speaks_no_websocket_is_told_at_once(
    autojump_clock: MockClock, nursery: trio.Nursery, answer: bytes, trouble: str
) -> None:
    peer = Peer()
    nursery.start_soon(peer.answer, answer)
    assert str(await trouble_of(peer.near, nothing)) == trouble
    assert trio.current_time() == pytest.approx(0)


async def test_an_http_error_of_unknown_length_is_told_while_the_server_still_talks(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    await peer.far.send_all(b"HTTP/1.1 503 Busy\r\n\r\nand so on")
    assert "HTTP 503" in str(await trouble_of(peer.near, nothing))
    assert trio.current_time() == pytest.approx(0)


async def test_a_lost_connection_is_told_as_such_and_its_stream_is_closed(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)

    async def lose(websocket: GuardedWebSocket) -> None:
        await peer.far.aclose()
        await websocket.receive()

    assert "closed without a word" in str(await trouble_of(peer.near, lose))
    with pytest.raises(trio.ClosedResourceError):
        await peer.near.send_all(b"x")


async def test_sending_on_a_lost_connection_is_told_as_such(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)

    async def lose(websocket: GuardedWebSocket) -> None:
        await peer.far.aclose()
        await trio.sleep(1)
        await websocket.send("hello")

    assert "lost" in str(await trouble_of(peer.near, lose))


async def test_a_server_that_reads_nothing_is_told_after_a_while(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer(*lockstep_stream_pair())
    nursery.start_soon(peer.agree)
    trouble = await trouble_of(peer.near, lambda websocket: websocket.send("hello"))
    assert str(trouble) == "the connection takes no more data"
    assert trio.current_time() == pytest.approx(SEND_S)


async def test_a_server_that_does_not_say_goodbye_is_waited_for_briefly(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)
    await using(peer.near, nothing)
    assert trio.current_time() == pytest.approx(CLOSE_S)


async def test_cancelling_closes_at_once(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)
    with trio.move_on_after(5):
        async with open_websocket(peer.near, address(), in_s(10)) as websocket:
            await websocket.receive()
    assert trio.current_time() == pytest.approx(5)
    await peer.expect_hanging_up()


async def test_an_error_inside_comes_out_as_it_is(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)
    with pytest.raises(KeyError):
        async with open_websocket(peer.near, address(), in_s(10)):
            raise KeyError("mine")


@pytest.mark.parametrize(
    ("code", "retry"), [(1000, Retry.SOON), (4001, Retry.RARELY), (4200, Retry.AT_ONCE)]
)
async def test_a_closing_code_says_when_to_come_back(
    autojump_clock: MockClock, nursery: trio.Nursery, code: int, retry: Retry
) -> None:
    peer = Peer()
    nursery.start_soon(peer.agree)

    async def be_closed(websocket: GuardedWebSocket) -> None:
        await peer.send(CloseConnection(code))
        await websocket.receive()

    assert (await trouble_of(peer.near, be_closed)).retry is retry


@settings(deadline=None)
@given(garbage=st.binary(max_size=100), agrees=st.booleans())
def test_garbage_ends_the_connection_and_raises_nothing_else(garbage: bytes, agrees: bool) -> None:
    async def live() -> None:
        peer = Peer()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer.agree_and_say if agrees else peer.answer, garbage)
            try:
                async with open_websocket(peer.near, address(), in_s(10)) as websocket:
                    while True:
                        await websocket.receive()
            except ReverbTroubleError:
                nursery.cancel_scope.cancel()

    trio.run(live, clock=MockClock(autojump_threshold=0))
