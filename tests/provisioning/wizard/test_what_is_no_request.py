"""Bytes that no browser sends: refused or cut off, and the page goes on for the next one."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamReset,
)

from rvm_edge.provisioning.wizard import serving
from rvm_edge.provisioning.wizard.certificate import self_signed
from tests.provisioning.wizard.opened import HERE, Phone, opened
from tests.provisioning.wizard.tls import connected, port_of

GET = b"GET /api/hello HTTP/1.1\r\n"
POST = b"POST /api/pair HTTP/1.1\r\nOrigin: https://%(host)b\r\nContent-Type: application/json\r\n"
HOST = b"Host: %(host)b\r\n"
WEB_SOCKET = (
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
REQUESTS: dict[str, tuple[bytes, Sequence[int]]] = {
    "no host": (GET + b"\r\n", (400,)),
    "no host, of old": (b"GET / HTTP/1.0\r\n\r\n", (403,)),
    "two hosts": (GET + HOST + b"Host: evil.test\r\n\r\n", (400,)),
    "two origins": (
        POST + HOST + b"Origin: https://evil.test\r\nContent-Length: 2\r\n\r\n{}",
        (403,),
    ),
    "a line in a header": (GET + HOST + b"X-A: a\x00b\r\n\r\n", (400,)),
    "a path that is no text": (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", (400,)),
    "a path that goes up": (b"GET /../app.py HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "another machine's path": (b"GET //evil.test/x HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "a way through": (b"CONNECT evil.test:443 HTTP/1.1\r\n" + HOST + b"\r\n", (405,)),
    "a web socket": (WEB_SOCKET, (400, 403, 404)),
    "a web socket that does not wait for an answer": (WEB_SOCKET + b"x" * 100, (0, 400)),
    "a web socket with another request behind it": (WEB_SOCKET + GET * 9, (0, 400)),
    "less than nothing": (POST + HOST + b"Content-Length: -4\r\n\r\n", (400,)),
    "more than there is": (POST + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", (400, 413)),
    "a piece of no size": (POST + HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", (400,)),
    "another coding": (POST + HOST + b"Transfer-Encoding: gzip\r\n\r\n", (400, 501)),
    "a packed body": (
        POST + HOST + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
        (400,),
    ),
    "headers without end": (GET + HOST + b"X: " + b"a" * 500_000, (0, 400, 431)),
    "nothing of the kind": (bytes(range(256)) * 8, (400,)),
}


async def answer(phone: Phone, request: bytes) -> int:
    """Return the status of what is answered to some bytes; 0 where it was cut off."""
    heard = b""
    async with connected(phone) as stream:
        host = phone.origin.removeprefix("https://").encode()
        with suppress(trio.BrokenResourceError):
            await stream.send_all(request.replace(b"%(host)b", host))
            while b"\r\n" not in heard and (some := await stream.receive_some()):
                heard += some
    return int(heard.split(b" ", 2)[1]) if heard else 0


async def test_what_is_no_request_is_refused_and_the_page_goes_on() -> None:
    async with opened() as phone:
        got = {name: await answer(phone, request) for name, (request, _) in REQUESTS.items()}
        assert {name: code for name, code in got.items() if code not in REQUESTS[name][1]} == {}
        await phone.pair()


async def test_two_lengths_hide_no_second_request() -> None:
    hidden = b"POST /api/finish HTTP/1.1\r\n" + HOST + b"\r\n"
    body = b"0\r\n\r\n" + hidden
    async with opened() as phone:
        both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(body)
        assert await answer(phone, POST + HOST + both + body) in {400, 403}
        await phone.pair()


async def test_http_2_is_no_way_around_the_one_host() -> None:
    async with opened() as phone:
        host = phone.origin.removeprefix("https://")
        assert await asked_by_http_2(phone, (":authority", host)) == "200"
        for named in (
            [(":authority", "evil.test")],
            [],
            [(":authority", "evil.test"), ("host", host)],
            [(":authority", host), ("host", "evil.test")],
        ):
            assert await asked_by_http_2(phone, *named) in {"403", "refused"}, named
        await phone.pair()


async def test_http_2_is_no_way_to_ask_a_hundred_things_at_once() -> None:
    wire = H2Connection(H2Configuration(client_side=True))
    wire.initiate_connection()
    events: list[Event] = []
    async with opened() as phone, connected(phone) as stream:
        await stream.send_all(wire.data_to_send())
        while not any(isinstance(one, RemoteSettingsChanged) for one in events):
            events += wire.receive_data(bytes(await stream.receive_some()))
    assert wire.remote_settings.max_concurrent_streams == 1


async def asked_by_http_2(phone: Phone, *named: tuple[str, str]) -> str:
    """Ask without having been offered that, and return the status, or "refused"."""
    ours = H2Configuration(client_side=True, validate_outbound_headers=False)
    wire = H2Connection(ours)
    wire.initiate_connection()
    head = [(":method", "GET"), (":scheme", "https"), (":path", "/api/hello"), *named]
    wire.send_headers(1, head, end_stream=True)
    async with connected(phone) as stream:
        await stream.send_all(wire.data_to_send())
        while some := await stream.receive_some():
            for event in wire.receive_data(bytes(some)):
                if isinstance(event, ResponseReceived):
                    return bytes(dict(event.headers)[b":status"]).decode()
                if isinstance(event, (StreamReset, ConnectionTerminated)):
                    return "refused"
    return "refused"


async def test_who_says_nothing_or_only_a_little_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "HANDSHAKE_S", 0.2)
    monkeypatch.setattr(serving, "IDLE_S", 0.2)
    async with opened() as phone, connected(phone) as silent, connected(phone) as dripping:
        mute = await trio.open_tcp_stream("127.0.0.1", port_of(phone))
        async with mute:
            await dripping.send_all(GET)
            assert await dripping.receive_some() == b""
            assert await silent.receive_some() == b""
            assert await mute.receive_some() == b""
        await phone.pair()


async def test_who_speaks_no_tls_hears_nothing() -> None:
    async with opened() as phone:
        plain = await trio.open_tcp_stream("127.0.0.1", port_of(phone))
        async with plain:
            await plain.send_all(GET + b"Host: 127.0.0.1\r\n\r\n")
            heard = b""
            with suppress(trio.BrokenResourceError):
                while some := await plain.receive_some():
                    heard += some
        assert b"HTTP" not in heard
        await phone.pair()


def test_tls_of_old_is_not_spoken() -> None:
    context = self_signed(HERE).context
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_the_key_is_another_one_each_time_and_needs_no_place_on_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    first, second = self_signed(HERE), self_signed(HERE)
    assert first.fingerprint != second.fingerprint
