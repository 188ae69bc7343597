"""A client that takes nothing in is cut; neither its neighbours nor the end wait for it."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator

import httpx
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from trio_websocket import ConnectionClosed

from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.frames import text_frame
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.outbox import Outbox
from rvm_edge.identity import Secret
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Running, bridge, page
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.test_strangers_stay_outside import handshake, head, masked

WITHIN_S = 30.0
SMALL = Limits(waiting_bytes=32 * 1024, socket_bytes=4096, silence_s=60.0)
PATIENT = Limits(socket_bytes=4096, silence_s=600.0, http_s=600.0, closing_s=0.2)
"""With whatever a client does, but not at the end: a test's own bound would come first."""


def stalled(running: Running) -> socket.socket:
    """Open a socket that will never read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(WITHIN_S)
    sock.connect(("127.0.0.1", running.port))
    return sock


async def stalled_listener(running: Running) -> socket.socket:
    """Open a client that says hello, hears the answer, and never reads again."""
    sock = stalled(running)
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
    await stream.send_all(handshake(running))
    await head(stream)
    await stream.send_all(masked(1, b'{"type":"hello"}'))
    while b'"hello"' not in await stream.receive_some(65536):
        pass
    return sock


async def test_a_slow_client_is_cut_and_its_neighbour_misses_nothing() -> None:
    machine = StagedMachine()
    async with bridge(machine, limits=SMALL) as running, page(running) as kiosk:
        slow = await stalled_listener(running)
        with slow:
            numbers = []
            for _ in range(400):
                machine.step("bin.freed", at.IDLE)
                numbers.append((await kiosk.hear())["seq"])
            assert numbers == list(range(numbers[0], numbers[0] + 400))
            assert slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


async def test_a_stalled_client_cannot_hold_up_the_end() -> None:
    machine = StagedMachine()
    big = replace(PATIENT, waiting_bytes=10**8)
    async with bridge(machine, limits=big) as running:
        with await stalled_listener(running):
            async with page(running) as kiosk:
                for _ in range(200):
                    machine.step("bin.freed", at.IDLE)
                    await kiosk.hear()
            running.stop.cancel()
            await running.ended.wait()


async def test_a_stalled_download_cannot_hold_up_the_end() -> None:
    machine = StagedMachine(at.CLASSIFY, pictures={at.ITEM: b"x" * 4_000_000})
    async with bridge(machine, limits=PATIENT) as running, page(running) as kiosk:
        machine.step("pictures.taken", at.CLASSIFY, {"client_uuid": at.ITEM})
        await kiosk.hear_part("item")
        with stalled(running) as sock:
            ask = f"GET /pictures/{at.ITEM}.jpg HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n"
            sock.send(ask.encode())
            stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
            assert b" 200 " in await head(stream)
            running.stop.cancel()
            await running.ended.wait()


async def test_at_the_end_everybody_is_told_that_the_machine_starts_anew() -> None:
    async with bridge(StagedMachine()) as running, page(running) as kiosk:
        running.stop.cancel()
        with pytest.raises(ConnectionClosed) as closed:
            await kiosk.hear()
        await running.ended.wait()
        assert closed.value.reason is not None
        assert closed.value.reason.code == 1012


async def test_a_bridge_that_is_ended_while_it_starts_ends() -> None:
    machine = StagedMachine()
    local = LocalBridge(machine, machine, Arrangement(token=Secret("token"), port=0))
    with trio.fail_after(WITHIN_S), trio.CancelScope() as scope:
        scope.cancel()
        await local.run()


async def test_a_port_can_be_had_again_at_once() -> None:
    async with bridge(StagedMachine()) as first, page(first) as kiosk:
        first.stop.cancel()
        await first.ended.wait()
        async with bridge(StagedMachine(), port=first.port) as second, page(second) as again:
            assert (await again.ask("start_session"))["ok"]
        with pytest.raises(ConnectionClosed):
            await kiosk.hear()


@pytest.mark.parametrize("subprotocols", [("rvm-edge.v1",), ()])
async def test_a_client_that_vanishes_is_forgotten(subprotocols: tuple[str, ...]) -> None:
    machine = StagedMachine()
    async with (
        bridge(machine) as running,
        page(running, greets=False, subprotocols=subprotocols) as kiosk,
    ):
        if subprotocols:
            await kiosk.hello()
        assert await listeners(running) == 1
        await kiosk.connection._stream.aclose()
        while await listeners(running):
            machine.step("link.lost", at.IDLE)


async def listeners(running: Running) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=WITHIN_S) as client:
        figures = (await client.get(f"{running.origin}/metrics")).text
    found = re.search(r"^rvm_edge_bridge_listeners (\d+)$", figures, re.MULTILINE)
    assert found is not None
    return int(found[1])


async def test_a_request_under_way_ends_with_its_client() -> None:
    began, ended = trio.Event(), trio.Event()

    async def hesitate() -> None:
        began.set()
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    machine = StagedMachine(hesitates=hesitate)
    async with bridge(machine) as running:
        async with page(running) as kiosk:
            await kiosk.say(type="start_session", id="1")
            await began.wait()
        await ended.wait()
    assert machine.done == []


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.setblocking(False)
        theirs.setblocking(False)
        yield ours, theirs


async def test_what_the_kernel_does_not_take_goes_out_in_order(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    outbox = Outbox(ours, 10**6, on_full=lambda: None)
    sent = b"".join(bytes([number]) * 1000 for number in range(100))
    read = bytearray()
    with trio.fail_after(WITHIN_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(outbox.drain)
            for number in range(100):
                outbox.write(bytes([number]) * 1000)
            assert 0 < outbox.waiting_bytes < len(sent)
            while len(read) < len(sent):
                await trio.lowlevel.wait_readable(theirs)
                read += theirs.recv(65536)
            await outbox.wait_empty()
            nursery.cancel_scope.cancel()
    assert bytes(read) == sent
    assert outbox.waiting_bytes == 0


async def test_nothing_overtakes_what_waits(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    outbox = Outbox(ours, 10**6, on_full=lambda: None)
    sent = b""
    while not outbox.waiting_bytes:
        outbox.write(b"first" * 200)
        sent += b"first" * 200
    read = theirs.recv(10**6)  # now the kernel would take more at once
    outbox.write(b"last")
    sent += b"last"
    with trio.fail_after(WITHIN_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(outbox.drain)
            while len(read) < len(sent):
                await trio.lowlevel.wait_readable(theirs)
                read += theirs.recv(65536)
            nursery.cancel_scope.cancel()
    assert read == sent


async def test_a_full_outbox_says_so_once_and_writes_no_more(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    calls: list[str] = []
    outbox = Outbox(ours, 1000, on_full=lambda: calls.append("full"))
    while not calls:
        outbox.write(b"x" * 500)
    outbox.write(b"after")
    assert calls == ["full"]
    assert outbox.waiting_bytes == 0
    read = b""
    while True:
        try:
            read += theirs.recv(65536)
        except BlockingIOError:
            break
    assert set(read) == {ord("x")}


async def test_writing_to_a_client_that_is_gone_is_no_trouble(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    theirs.close()
    outbox = Outbox(ours, 1000, on_full=lambda: pytest.fail("nothing waits"))
    for _ in range(3):
        outbox.write(b"x" * 100)
    with trio.fail_after(WITHIN_S):
        await outbox.drain()


@given(st.text(max_size=300))
def test_a_frame_is_what_the_library_would_send(text: str) -> None:
    from wsproto.connection import Connection, ConnectionType  # noqa: PLC0415
    from wsproto.events import TextMessage  # noqa: PLC0415

    theirs = Connection(ConnectionType.SERVER).send(TextMessage(data=text))
    assert text_frame(text.encode()) == theirs


@pytest.mark.parametrize("length", [125, 126, 65535, 65536])
def test_a_frame_of_any_length_is_read_by_the_library(length: int) -> None:
    from wsproto.connection import Connection, ConnectionType  # noqa: PLC0415
    from wsproto.events import TextMessage  # noqa: PLC0415

    client = Connection(ConnectionType.CLIENT)
    client.receive_data(text_frame(b"x" * length))
    (event,) = client.events()
    assert isinstance(event, TextMessage)
    assert len(event.data) == length
