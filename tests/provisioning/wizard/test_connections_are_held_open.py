"""A stranger holds all the connections there are, and a phone gets in all the same."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio

from rvm_edge.provisioning.wizard import opening, serving
from rvm_edge.provisioning.wizard.callers import OF_ALL, OF_ONE_ADDRESS
from tests.provisioning.wizard.opened import Phone, opened
from tests.provisioning.wizard.tls import connected, port_of, trusting_anybody

STRANGER = "127.0.0.2"
MANY = 500
HELLO = b"GET /api/hello HTTP/1.1\r\nHost: %b\r\n\r\n"


class Stranger:
    """Whoever opens connections from another address, and is content with whatever is answered."""

    def __init__(self) -> None:
        self.left = 0
        self.changed = trio.Event()
        self.context = trusting_anybody()

    async def hold(self, phone: Phone, addresses: Sequence[str], nursery: trio.Nursery) -> None:
        """Open a connection from each address; every fifth speaks TLS and half a request."""
        for n, address in enumerate(addresses):
            stream = await trio.open_tcp_stream("127.0.0.1", port_of(phone), local_address=address)
            nursery.start_soon(self._hold, stream, n % 5 == 0)

    async def _hold(self, stream: trio.SocketStream, speaks: bool) -> None:
        try:
            if speaks:
                tls = trio.SSLStream(stream, self.context, server_hostname="127.0.0.1")
                await tls.send_all(HELLO[:20])
                while await tls.receive_some():
                    pass
            else:
                while await stream.receive_some():
                    pass
        except (trio.BrokenResourceError, ConnectionError):
            pass
        finally:
            self.left += 1
            self.changed.set()
            self.changed = trio.Event()
            await trio.aclose_forcefully(stream)

    async def until_left(self, number: int) -> None:
        """Return once so many connections were hung up on."""
        while self.left < number:
            await self.changed.wait()


@asynccontextmanager
async def held(phone: Phone, addresses: Sequence[str]) -> AsyncIterator[Stranger]:
    """Have connections from these addresses held open inside."""
    stranger = Stranger()
    async with trio.open_nursery() as nursery:
        await stranger.hold(phone, addresses, nursery)
        yield stranger
        nursery.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time ends a connection here: only the bounds do."""
    monkeypatch.setattr(serving, "HANDSHAKE_S", 1000.0)
    monkeypatch.setattr(serving, "IDLE_S", 1000.0)


async def test_a_phone_gets_in_while_a_stranger_holds_five_hundred_connections() -> None:
    async with opened() as phone, held(phone, [STRANGER] * MANY) as stranger:
        await phone.pair()
        await stranger.until_left(MANY - OF_ONE_ADDRESS)
        assert (await phone.http.get("/api/hello")).json()["paired"]
        assert stranger.left == MANY - OF_ONE_ADDRESS


async def test_a_phone_gets_in_while_every_address_of_the_network_holds_its_own() -> None:
    addresses = [f"127.1.0.{n}" for n in range(1, 251)]
    async with opened() as phone, held(phone, addresses) as stranger:
        await phone.pair()
        await stranger.until_left(len(addresses) - OF_ALL)
        assert (await phone.http.get("/api/hello")).json()["paired"]


async def test_who_has_paired_keeps_a_connection_whoever_comes() -> None:
    async with opened() as phone, connected(phone) as own:
        await phone.pair()
        host = phone.origin.removeprefix("https://").encode()
        addresses = [f"127.1.0.{n}" for n in range(1, 251)]
        async with held(phone, addresses) as stranger:
            await stranger.until_left(len(addresses) - OF_ALL)
            await own.send_all(HELLO % host)
            assert b"200" in bytes(await own.receive_some())[:20]


async def test_who_loses_the_network_and_comes_back_finds_room() -> None:
    async with opened() as phone, held(phone, ["127.0.0.1"] * OF_ONE_ADDRESS):
        await phone.pair()  # what hangs from before goes first


async def test_who_asks_and_never_reads_does_not_keep_the_page_from_closing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "STALL_MS", 1_000_000)
    async with trio.open_nursery() as outside:
        async with opened() as phone:
            await outside.start(ask_without_end, phone)
        outside.cancel_scope.cancel()


async def ask_without_end(phone: Phone, task_status: trio.TaskStatus[None]) -> None:
    """Ask and ask, until no more is taken since no answer was; and stay."""
    asked = HELLO.replace(b"api/hello", b"wizard.js") * 20
    async with connected(phone) as stream:
        stream.transport_stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host = phone.origin.removeprefix("https://").encode()
        stuck = trio.CancelScope()
        while not stuck.cancelled_caught:
            with trio.move_on_after(0.5) as stuck:
                await stream.send_all(asked.replace(b"%b", host))
        task_status.started()
        await trio.sleep_forever()
