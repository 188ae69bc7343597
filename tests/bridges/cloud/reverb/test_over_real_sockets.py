"""A listener and a simulated Reverb with real sockets and real TLS between them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import psutil
import pytest
import trio
import trustme
from trio.testing import wait_all_tasks_blocked

from rvm_edge.bridges.cloud.reverb import ReverbAddress, ReverbListener, ReverbState
from rvm_edge.settings.cloud import ReverbSettings
from rvm_edge.simulator.cloud.reverb import ReverbServer
from tests.bridges.cloud.reverb.rig import CHANNEL, COMMAND, PRIVATE, Heard, address, reverb

QUICK = ReverbSettings(connect_s=60, pong_s=0.2, retry_first_s=0.01, retry_cap_s=0.1)
PATIENCE_S = 30
"""A busy computer does it within so long; a listener that waited in vain would take longer."""


@dataclass
class Failing:
    """A listener whose next trouble is waited for."""

    where: ReverbAddress
    tls: ssl.SSLContext | None = None
    settings: ReverbSettings = QUICK
    waits: trio.Event = field(default_factory=trio.Event)

    def _chance(self) -> float:
        self.waits.set()  # asked when it is about to wait
        return 1.0

    async def trouble_within(self, seconds: float) -> str:
        heard = Heard(reverb())
        listener = ReverbListener(
            self.settings,
            lambda: self.where,
            authorize=heard.authorize,
            on_command=heard.command,
            on_authorized=heard.authorized,
            tls=self.tls,
            chance=self._chance,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.listen)
            with trio.fail_after(seconds):
                await self.waits.wait()
            nursery.cancel_scope.cancel()
        return listener.trouble


def listener_for(
    heard: Heard, where: ReverbAddress, tls: ssl.SSLContext | None = None
) -> ReverbListener:
    return ReverbListener(
        QUICK,
        lambda: where,
        authorize=heard.authorize,
        on_command=heard.command,
        on_authorized=heard.authorized,
        tls=tls,
    )


async def hear_one(server: ReverbServer, heard: Heard, channel: str, command: str) -> None:
    """Have the server send a command as soon as somebody is subscribed, and await its arrival."""
    with trio.fail_after(PATIENCE_S):
        await server.until(lambda: any(channel in one.channels for one in server.connections))
        await server.broadcast(channel, COMMAND, {"command": command})
        assert (await heard.next_command()).command == command


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def its_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """A port where everybody is hung up on."""

    async def hang_up(stream: trio.SocketStream) -> None:
        await stream.receive_some(1)
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, hang_up, [listener])
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
async def test_a_command_arrives_without_tls(channel: str, nursery: trio.Nursery) -> None:
    server = reverb()
    heard = Heard(server)
    async with server.serving() as port:
        listener = listener_for(heard, address(port, channel=channel))
        nursery.start_soon(listener.listen)
        await hear_one(server, heard, channel, "test_led")
        assert listener.state is ReverbState.UP
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
async def test_a_command_arrives_over_tls(
    channel: str, nursery: trio.Nursery, authority: trustme.CA, its_context: ssl.SSLContext
) -> None:
    server = reverb()
    heard = Heard(server)
    async with server.serving(tls_context=its_context) as port:
        where = address(port, scheme="wss", channel=channel)
        nursery.start_soon(listener_for(heard, where, trusting(authority)).listen)
        await hear_one(server, heard, channel, "test_led")
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
async def test_resubscribes_every_channel_after_reconnect(
    channel: str, nursery: trio.Nursery
) -> None:
    server = reverb()
    heard = Heard(server)
    with socket.socket() as reserving:  # so that nobody else gets it while the server is down
        reserving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserving.bind(("127.0.0.1", 0))
        port: int = reserving.getsockname()[1]
        listener = listener_for(heard, address(port, channel=channel))
        nursery.start_soon(listener.listen)
        for number in range(3):
            async with server.serving(port=port):
                await hear_one(server, heard, channel, f"c{number}")
    assert listener.counts.subscriptions == 3
    nursery.cancel_scope.cancel()


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
async def test_it_resubscribes_every_channel_after_it_was_dropped_over_tls(
    channel: str, nursery: trio.Nursery, authority: trustme.CA, its_context: ssl.SSLContext
) -> None:
    server = reverb()
    heard = Heard(server)
    async with server.serving(tls_context=its_context) as port:
        where = address(port, scheme="wss", channel=channel)
        nursery.start_soon(listener_for(heard, where, trusting(authority)).listen)
        for number in range(3):
            await hear_one(server, heard, channel, f"c{number}")
            (client,) = server.connections
            client.drop()
            await server.until(lambda gone=client: gone not in server.connections)  # type: ignore[misc]
        nursery.cancel_scope.cancel()


async def test_a_half_open_line_is_noticed_and_replaced(nursery: trio.Nursery) -> None:
    server = reverb(activity_timeout_s=1)
    heard = Heard(server)
    async with server.serving() as port:
        listener = listener_for(heard, address(port))
        nursery.start_soon(listener.listen)
        await hear_one(server, heard, CHANNEL, "before")
        (first,) = server.connections
        server.quirks.half_open = True
        with trio.fail_after(PATIENCE_S):
            await server.until(lambda: first not in server.connections)
        server.quirks.half_open = False
        await hear_one(server, heard, CHANNEL, "after")
        assert listener.counts.losses == 1
        nursery.cancel_scope.cancel()


async def test_a_certificate_of_an_unknown_authority_is_told_at_once(
    its_context: ssl.SSLContext,
) -> None:
    async with reverb().serving(tls_context=its_context) as port:
        trouble = await Failing(address(port, scheme="wss")).trouble_within(PATIENCE_S)
    assert trouble.startswith("the server's certificate is not accepted: ")
    assert "issuer" in trouble or "self" in trouble


async def test_a_certificate_of_another_host_is_told_at_once(
    authority: trustme.CA,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    async with reverb().serving(tls_context=context) as port:
        failing = Failing(address(port, scheme="wss"), trusting(authority))
        trouble = await failing.trouble_within(PATIENCE_S)
    assert trouble.startswith("the server's certificate is not accepted: ")
    assert "127.0.0.1" in trouble


async def test_a_server_without_tls_is_told_at_once() -> None:
    async with reverb().serving() as port:
        trouble = await Failing(address(port, scheme="wss")).trouble_within(PATIENCE_S)
    assert trouble.startswith(("no secure connection: ", "the server hung up during the TLS"))


async def test_who_hangs_up_is_told_at_once(silent_port: int) -> None:
    trouble = await Failing(address(silent_port, scheme="wss")).trouble_within(PATIENCE_S)
    assert "TLS handshake" in trouble or trouble.startswith("no secure connection: ")
    trouble = await Failing(address(silent_port)).trouble_within(PATIENCE_S)
    assert trouble == "the server speaks no WebSocket, or hung up"


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_nobody_at_the_port_is_told_at_once(scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        failing = Failing(address(unused.getsockname()[1], scheme=scheme))
        assert (await failing.trouble_within(PATIENCE_S)).startswith("not reached: ")


@pytest.mark.parametrize("host", ["", "a" * 70, "\u2603" * 70])
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_name_that_is_none_is_a_trouble_like_any_other(host: str, scheme: str) -> None:
    where = replace(address(1, scheme=scheme), host=host)
    assert (await Failing(where).trouble_within(PATIENCE_S)).startswith("not reached")


async def test_a_server_that_accepts_and_says_nothing_is_left_in_time() -> None:
    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")

        async def stay_silent(_: trio.SocketStream) -> None:
            await trio.sleep_forever()

        nursery.start_soon(trio.serve_listeners, stay_silent, [listener])
        port = listener.socket.getsockname()[1]
        impatient = ReverbSettings(connect_s=0.2)
        for scheme, trouble in (
            ("ws", "the server does not answer"),
            ("wss", "not reached in time"),
        ):
            failing = Failing(address(port, scheme=scheme), settings=impatient)
            assert await failing.trouble_within(PATIENCE_S) == trouble
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_cancelled_listener_leaves_nothing_behind(
    scheme: str, authority: trustme.CA, its_context: ssl.SSLContext
) -> None:
    process, server = psutil.Process(), reverb()
    heard = Heard(server)
    tls = its_context if scheme == "wss" else None
    async with server.serving(tls_context=tls) as port:
        await wait_all_tasks_blocked()
        before = (process.num_fds(), trio.lowlevel.current_statistics().tasks_living)
        for number in range(5):
            async with trio.open_nursery() as nursery:
                where = address(port, scheme=scheme)
                listener = listener_for(heard, where, trusting(authority) if tls else None)
                nursery.start_soon(listener.listen)
                await hear_one(server, heard, CHANNEL, f"c{number}")
                nursery.cancel_scope.cancel()
            assert listener.state is ReverbState.DISABLED
            with trio.fail_after(PATIENCE_S):
                await server.until(lambda: not server.connections)
            await wait_all_tasks_blocked()
        assert (process.num_fds(), trio.lowlevel.current_statistics().tasks_living) == before
