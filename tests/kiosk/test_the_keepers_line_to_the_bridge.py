"""The keeper follows the real bridge, and one that misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest, serve_websocket

from rvm_edge.bridges.local import parts, places
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.messages import SUBPROTOCOL
from rvm_edge.bridges.local.requests import AskKioskUrl, ClientHello, PageAlive, read
from rvm_edge.kiosk.keeper import bridge_wire as wire
from rvm_edge.kiosk.keeper.bridge_follower import follow
from rvm_edge.kiosk.keeper.outlook import News, Outlook
from rvm_edge.settings.kiosk import KioskSettings
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import TOKEN, bridge
from tests.bridges.local.staged_machine import StagedMachine
from tests.kiosk.stage import until_logged

URL = "https://rvm.example/rvm-ui/7?signature=secret"


@asynccontextmanager
async def following(
    port: int, folder: Path, token: str = TOKEN, **more: object
) -> AsyncIterator[News]:
    file = folder / "token"
    file.write_text(token)
    settings = msgspec.convert({"port": port, "token_file": str(file), **more}, KioskSettings)
    news = News()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, settings, news)
        yield news
        nursery.cancel_scope.cancel()


async def until(news: News, holds: Callable[[Outlook], bool]) -> Outlook:
    """Return the first outlook for which this holds."""
    while not holds(news.now):
        await news.wait(0.05)
    return news.now


def test_the_words_are_the_bridges_own() -> None:
    assert wire.SUBPROTOCOL == SUBPROTOCOL
    assert parts.LinkMode(wire.ONLINE) is parts.LinkMode.ONLINE
    assert set(wire.IDLE) == {places.IDLE, places.FULL, places.CAPPED}
    assert wire.DEPOSIT == places.DEPOSIT
    for ours, theirs in (
        (wire.HelloOut(client="kiosk keeper/1", token="t"), ClientHello),  # noqa: S106
        (wire.AliveOut(), PageAlive),
        (wire.AskKioskUrl(id="1"), AskKioskUrl),
    ):
        assert isinstance(read(msgspec.json.encode(ours).decode()), theirs)


async def test_it_knows_what_the_bridge_tells(tmp_path: Path) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, following(running.port, tmp_path) as news:
        assert (await until(news, lambda now: now.here)).is_idle
        machine.kiosk_url = URL
        machine.step("link.up", at.IDLE_ONLINE)
        known = await until(news, lambda now: bool(now.server_url))
        assert known == Outlook(True, at.IDLE_ONLINE, True, TOKEN, URL)
        assert "secret" not in repr(known)
        assert TOKEN not in repr(known)
        machine.step(
            "session.requested", (at.ONLINE, at.WAITING[1]), {"session_id": "x", "mode": "guest"}
        )
        assert not (await until(news, lambda now: now.in_deposit)).is_idle
        machine.step("link.lost", at.WAITING)
        assert (await until(news, lambda now: not now.online)).server_url == ""
        running.stop.cancel()
        assert await until(news, lambda now: not now.here) == Outlook()


async def test_it_knows_where_the_machine_stands_and_when_somebody_says_where(
    tmp_path: Path,
) -> None:
    machine = StagedMachine(time_zone="Asia/Jakarta")
    often = Limits(sense_s=0.05)
    async with (
        bridge(machine, limits=often) as running,
        following(running.port, tmp_path) as news,
    ):
        for zone in ("Asia/Jakarta", "Asia/Jayapura", ""):
            machine.time_zone = zone
            with trio.fail_after(10):
                await until(news, lambda now, zone=zone: now.here and now.time_zone == zone)  # type: ignore[misc]


async def test_a_link_that_comes_back_has_its_page_at_once(tmp_path: Path) -> None:
    machine = StagedMachine(kiosk_url=URL)
    rare = Limits(heartbeat_s=600.0, silence_s=1800.0)  # the next heartbeat would be far too late
    async with (
        bridge(machine, limits=rare) as running,
        following(running.port, tmp_path) as news,
    ):
        await until(news, lambda now: now.here)
        for _ in range(10):
            machine.step("link.up", at.IDLE_ONLINE)
            await until(news, lambda now: bool(now.server_url))
            machine.step("link.lost", at.IDLE)
            await until(news, lambda now: not now.online)


async def test_it_stays_for_longer_than_silence_is_borne(tmp_path: Path) -> None:
    limits = Limits(heartbeat_s=0.05, silence_s=1.0)
    machine = StagedMachine()
    async with (
        bridge(machine, limits=limits) as running,
        following(running.port, tmp_path) as news,
    ):
        await until(news, lambda now: now.here)
        with trio.move_on_after(1.5 * limits.silence_s):
            await until(news, lambda now: not now.here)
        assert news.now.here


async def test_a_wrong_token_is_told_and_a_new_one_taken_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(heartbeat_s=0.05, silence_s=5.0)
    async with (
        bridge(StagedMachine(), limits=limits) as running,
        following(running.port, tmp_path, token="old") as news,  # noqa: S106
    ):
        assert (await until(news, lambda now: now.here)).token == ""
        assert "people can watch, not act" in caplog.text
        (tmp_path / "token").write_text(f"{TOKEN}\n")
        await until(news, lambda now: now.token == TOKEN)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("url", [URL, "file:///etc/passwd", "https://" + "x" * 5000])
async def test_another_server_than_the_settings_name_is_not_shown(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    machine = StagedMachine(configuration=at.IDLE_ONLINE, kiosk_url=url)
    expected = "https://another.example" if url == URL else ""
    async with (
        bridge(machine) as running,
        following(running.port, tmp_path, server_origin=expected) as news,
    ):
        await until_logged(caplog, "it is not shown")
        assert (news.now.online, news.now.server_url) == (True, "")
    assert "secret" not in caplog.text


async def speaks_nonsense(connection: WebSocketConnection) -> None:
    await connection.get_message()
    await connection.send_message('{"type": 7')


async def speaks_too_deeply(connection: WebSocketConnection) -> None:
    await connection.get_message()
    await connection.send_message('{"unknown":' + "[" * 20_000)


async def says_no_hello(connection: WebSocketConnection) -> None:
    await connection.send_message('{"type":"event","seq":1}')
    await connection.get_message()


async def says_too_much(connection: WebSocketConnection) -> None:
    await connection.send_message('{"type":"' + "x" * 400_000)


async def says_nothing(connection: WebSocketConnection) -> None:
    await connection.get_message()
    await trio.sleep_forever()


async def sends_bytes(connection: WebSocketConnection) -> None:
    await connection.send_message(b"\0")


Misbehaviour = Callable[[WebSocketConnection], Awaitable[None]]


@pytest.mark.parametrize(
    ("misbehaves", "said"),
    [
        (speaks_nonsense, "says what nobody understands"),
        (speaks_too_deeply, "says what nobody understands"),
        (says_no_hello, "does not say hello"),
        (says_too_much, "says more than is believed"),
        (says_nothing, "does not say hello"),
        (sends_bytes, "something else than text"),
    ],
)
async def test_a_bridge_that_misbehaves_is_left_and_tried_again(
    misbehaves: Misbehaviour, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    async def serve(request: WebSocketRequest) -> None:
        nonlocal calls
        calls += 1
        connection = await request.accept(subprotocol=SUBPROTOCOL)
        try:
            await misbehaves(connection)
        except ConnectionClosed:
            return

    async with trio.open_nursery() as nursery:
        server = await nursery.start(_serve, serve)
        async with following(server, tmp_path, answer_s=0.2) as news:
            await until_logged(caplog, said)
            while calls < 2:
                await trio.sleep(0.01)
            assert news.now == Outlook()
        nursery.cancel_scope.cancel()


async def _serve(
    handler: Callable[[WebSocketRequest], Awaitable[None]], *, task_status: trio.TaskStatus[int]
) -> None:
    async with trio.open_nursery() as nursery:
        server = await nursery.start(serve_websocket, handler, "127.0.0.1", 0, None)
        task_status.started(server.port)


async def test_a_bridge_that_speaks_http_alone_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(stream: trio.SocketStream) -> None:
        await stream.receive_some(4096)
        await stream.send_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, refuse, [listener])
        async with following(listener.socket.getsockname()[1], tmp_path):
            await until_logged(caplog, "the bridge answers HTTP 403")
        nursery.cancel_scope.cancel()


async def test_nobody_there_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with following(1, tmp_path) as news:
        await until_logged(caplog, "nobody listens: the machine does not run")
        with trio.move_on_after(0.6):
            await until(news, lambda now: now.here)
    assert caplog.text.count("nobody listens") == 1
