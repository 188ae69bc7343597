"""Attacks on the WebSocket, each refused: foreign pages, rebound names, floods, nonsense."""

from __future__ import annotations

import json
import logging
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio_websocket import ConnectionClosed

from rvm_edge.bridges.local.address import AddressRefusedError, listening_socket
from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.settings.origins import origin_of
from tests.bridges.local.page import TOKEN, Page, Running, bridge, page
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.test_a_page_asks import close_code

WITHIN_S = 30.0
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def handshake(running: Running, **headers: str | None) -> bytes:
    """Write a handshake; None leaves a header out."""
    said: dict[str, str | None] = {
        "Host": f"127.0.0.1:{running.port}",
        "Origin": running.origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Protocol": "rvm-edge.v1",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in said.items() if value is not None]
    return "\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode("latin-1")


def masked(opcode: int, payload: bytes, *, fin: bool = True, length: int | None = None) -> bytes:
    """Write a client's frame, masked with zeros; `length` may lie."""
    size = len(payload) if length is None else length
    first = (0x80 if fin else 0) | opcode
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + bytes(4) + payload


@asynccontextmanager
async def raw(running: Running) -> AsyncIterator[trio.SocketStream]:
    stream = await trio.open_tcp_stream("127.0.0.1", running.port)
    async with stream:
        with trio.fail_after(WITHIN_S):
            yield stream


async def head(stream: trio.SocketStream) -> bytes:
    """Read an answer's head."""
    read = b""
    while b"\r\n\r\n" not in read:
        some = await stream.receive_some(1)
        assert some, f"the answer was cut short: {read!r}"
        read += some
    return read


async def rest(stream: trio.SocketStream) -> bytes:
    """Read until the bridge closes or resets."""
    read = b""
    try:
        while some := await stream.receive_some(4096):
            read += some
    except trio.BrokenResourceError:
        pass
    return read


def closing(read: bytes) -> int:
    """Return the code of the close frame that the bridge sent last."""
    at = read.rindex(b"\x88")
    return int(struct.unpack("!H", read[at + 2 : at + 4])[0])


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "https://127.0.0.1",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "null",
        "",
        "http://127.0.0.1:{port}.evil.test",
        "http://evil.test/http://127.0.0.1:{port}",
        "HTTP://127.0.0.1:{port}/",
    ],
)
async def test_a_foreign_page_is_refused_before_the_handshake(origin: str) -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running, Origin=origin.format(port=running.port)))
        assert b" 403 " in (await head(stream)).splitlines()[0]


async def test_who_does_not_say_where_it_comes_from_is_refused() -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running, Origin=None))
        answer = await rest(stream)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert answer.endswith(b"(no Origin)")


async def test_two_origins_are_one_too_many() -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        twice = handshake(running).replace(
            b"Connection:", f"Origin: {running.origin}\r\nConnection:".encode()
        )
        await stream.send_all(twice)
        assert b" 403 " in (await head(stream)).splitlines()[0]


@pytest.mark.parametrize(
    "host", ["rebind.test", "rebind.test:{port}", "127.0.0.1", "0.0.0.0:{port}"]
)
async def test_a_rebound_name_is_refused_even_with_our_origin(host: str) -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running, Host=host.format(port=running.port)))
        assert b" 403 " in (await head(stream)).splitlines()[0]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
async def test_our_own_names_are_let_in(host: str) -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running, Host=host.format(port=running.port)))
        answer = await head(stream)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-protocol: rvm-edge.v1" in answer.lower()
    assert b"permessage-deflate" not in answer


async def test_the_servers_page_for_this_screen_is_let_in_as_soon_as_it_is_known() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running:
        async with raw(running) as stream:
            await stream.send_all(handshake(running, Origin="https://rvm.example"))
            assert b" 403 " in (await head(stream)).splitlines()[0]
        machine.kiosk_url = "https://rvm.example/rvm-ui/1?signature=ab"
        async with page(running, origin="https://rvm.example") as kiosk:
            assert (await kiosk.ask("kiosk_url"))["ok"]


async def test_a_protocol_that_nobody_speaks_here_is_refused() -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running, Sec_WebSocket_Protocol="rvm-edge.v9"))
        answer = await rest(stream)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"rvm-edge.v1 is spoken here")


@given(st.text(max_size=60))
def test_no_other_text_is_an_origin_of_ours(text: str) -> None:
    admission = Admission(8888)
    ours = {f"http://{name}:8888" for name in ("127.0.0.1", "localhost", "[::1]")}
    assert bool(admission.refuses_origin([text])) == (text not in ours)
    assert origin_of(text) == "" or origin_of(text).startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://rvm.example/rvm-ui/1?signature=ab", "https://rvm.example"),
        ("https://RVM.example:443/", "https://rvm.example"),
        ("http://[::1]:80/x", "http://[::1]"),
        ("https://rvm.example:8443/", "https://rvm.example:8443"),
        ("https://user:word@rvm.example/", "https://rvm.example"),
        ("ftp://rvm.example/", ""),
        ("https://rvm.example:nonsense/", ""),
        ("https://[broken/", ""),
        ("", ""),
    ],
)
def test_an_origin_is_read_from_an_address_as_a_browser_does(url: str, origin: str) -> None:
    assert origin_of(url) == origin


ELSEWHERE = ["0.0.0.0", "::", "192.168.1.5", "localhost", "", "127.0.0.2"]  # noqa: S104 - refused


@pytest.mark.parametrize("host", ELSEWHERE)
def test_it_listens_on_loopback_only_and_says_why(host: str) -> None:
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.1 or ::1 only.*may steer"):
        listening_socket(host, 0, 65536)


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AddressRefusedError, match="is another one running"):
            listening_socket("127.0.0.1", taken.getsockname()[1], 65536)


def test_the_kernel_gives_up_on_a_client_that_takes_nothing_in() -> None:
    with listening_socket("127.0.0.1", 0, 65536) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 3000


async def test_it_listens_on_the_newer_loopback_too() -> None:
    async with bridge(StagedMachine(), host="::1") as running:
        origin = f"http://[::1]:{running.port}"
        async with page(running, host="::1", origin=origin) as kiosk:
            assert (await kiosk.ask("start_session"))["ok"]


@pytest.mark.parametrize(
    "first",
    [
        "{}",
        "nonsense",
        '{"type":"alive"}',
        '{"type":"start_session","id":"1"}',
        '{"type":"hello","token":5}',
        '{"type":"hello","extra":1}',
        "[" * 4000,
    ],
)
async def test_whoever_does_not_begin_with_a_hello_has_to_go(first: str) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running, greets=False) as kiosk:
        await kiosk.connection.send_message(first)
        assert await close_code(kiosk) == 1008
    assert machine.done == []


@pytest.mark.parametrize(
    "text", ["{}", "nonsense", "[]", '{"type":"start_session"}', '{"type":"hello"}', "\x00"]
)
async def test_nonsense_without_an_id_ends_the_conversation(text: str) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        await kiosk.connection.send_message(text)
        assert await close_code(kiosk) == 1008
    assert machine.done == []


async def test_a_message_that_is_too_long_is_not_read_to_its_end() -> None:
    async with bridge(StagedMachine()) as running, page(running) as kiosk:
        await kiosk.connection.send_message("x" * 4097)
        assert await close_code(kiosk) == 1009


async def test_a_frame_that_claims_to_be_endless_is_cut_where_the_bound_is() -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(handshake(running))
        await head(stream)
        await stream.send_all(masked(1, b"x" * 5000, length=2**40))
        assert closing(await rest(stream)) == 1009


async def test_bytes_are_not_understood() -> None:
    async with bridge(StagedMachine()) as running, page(running) as kiosk:
        await kiosk.connection.send_message(b"\x00")
        assert await close_code(kiosk) == 1003


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (masked(1, b"\xff\xfe"), 1007),
        (masked(3, b""), 1002),
        (masked(0, b"x"), 1002),
        (b"\x81\x01x", 1002),
        (b"\xf1\x80" + bytes(4), 1002),
        (masked(9, b"x" * 126), 1002),
    ],
    ids=["not UTF-8", "opcode", "continuation", "unmasked", "reserved bits", "long ping"],
)
async def test_broken_frames_are_closed_upon(frames: bytes, code: int) -> None:
    async with bridge(StagedMachine()) as running:
        async with raw(running) as stream:
            await stream.send_all(handshake(running))
            await head(stream)
            await stream.send_all(frames)
            assert closing(await rest(stream)) == code
        async with page(running) as kiosk:
            assert (await kiosk.ask("start_session"))["ok"]


@pytest.mark.parametrize("kind", ["messages", "pings", "fragments"])
async def test_a_flood_is_stopped(kind: str) -> None:
    machine = StagedMachine()
    flood = {
        "messages": masked(1, b'{"type":"alive"}'),
        "pings": masked(9, b"x"),
        "fragments": masked(0, b"", fin=False),
    }[kind]
    begin = masked(1, b'{"type":"hello"}') + masked(1, b"", fin=kind != "fragments")
    limits = Limits(messages_per_s=0.001, burst=40)
    async with bridge(machine, limits=limits) as running, raw(running) as stream:
        await stream.send_all(handshake(running))
        await head(stream)
        first = begin if kind == "fragments" else masked(1, b'{"type":"hello"}')
        await stream.send_all(first + flood * 60)
        assert closing(await rest(stream)) == 1008


async def test_one_connection_too_many_is_turned_away_and_the_others_stay() -> None:
    async with bridge(StagedMachine(), limits=Limits(connections=2)) as running:
        async with page(running) as one, page(running):
            with pytest.raises((OSError, trio.BrokenResourceError)):
                async with raw(running) as third:
                    await third.receive_some(1)
            assert (await one.ask("language", language="en"))["ok"]
        async with page(running) as again:
            assert (await again.ask("language", language="en"))["ok"]


@pytest.mark.parametrize("begun", [b"", b"GET", b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
async def test_a_handshake_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    limits = Limits(opening_s=0.05, closing_s=0.05)
    async with bridge(StagedMachine(), limits=limits) as running, raw(running) as stream:
        await stream.send_all(begun)
        read = await rest(stream)
    assert read == b"" or b" 408 " in read.splitlines()[0]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /ws HTTP/1.1\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /ws \xff\xfe\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_handshake_is_refused(request_: bytes) -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        await stream.send_all(request_)
        assert b" 400 " in (await rest(stream)).splitlines()[0]


async def test_no_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pin = PinHash.of("271828")
    machine = StagedMachine()
    async with (
        bridge(machine, pins=PinDesk(pin, time.monotonic)) as running,
        page(running) as kiosk,
    ):
        await kiosk.ask("enter_pin", "1", pin="314159")
        await kiosk.ask("enter_pin", "2", pin="271828")
        said = {"type": "start_session", "user_token": "swordfish", "id": "3", "no": 1}
        await kiosk.say(**said)
        reply = await kiosk.reply("3")
        await kiosk.connection.send_message(json.dumps({**said, "id": ""}))
        await close_code(kiosk)
    shown = caplog.text + json.dumps(reply) + repr(pin)
    for secret in (TOKEN, "314159", "271828", "swordfish", pin.key.hex()):
        assert secret not in shown


async def only_ping(kiosk: Page) -> None:
    """Do what a browser does whose page does nothing, until that is over."""
    await kiosk.connection.ping(b"the browser lives")
    await kiosk.hear()


async def test_a_page_whose_script_hangs_is_cut_even_if_its_browser_answers_pings() -> None:
    limits = Limits(silence_s=0.2, opening_s=5.0)
    async with bridge(StagedMachine(), limits=limits) as running, page(running) as kiosk:
        with pytest.raises(ConnectionClosed) as closed:
            await only_ping(kiosk)
        assert closed.value.reason is not None
        assert closed.value.reason.code == 4000


async def test_a_page_that_says_it_lives_may_stay() -> None:
    limits = Limits(silence_s=1.0)
    async with bridge(StagedMachine(), limits=limits) as running, page(running) as kiosk:
        for _ in range(5):
            await kiosk.say(type="alive")
            assert await kiosk.hear() == {"type": "alive", "seq": 1}
