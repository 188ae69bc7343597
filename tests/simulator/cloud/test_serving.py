"""The server on real sockets: it starts, ends at once, and leaves nothing behind."""

from __future__ import annotations

import socket
import warnings
from contextlib import suppress

import httpx
import pytest
import trio

from rvm_edge.simulator.cloud import CloudServer, Machine, Misbehaviour, Mishap, Reach, serving
from tests.simulator.cloud.sending import HANDSHAKE, speaking

AT_ONCE_S = 60.0
"""Long before whoever is waited for would go away."""

LARGE = 40_000_000

WEB_SOCKET = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
"""A handshake at a place where no WebSocket is spoken; what follows it reaches hypercorn early."""


@pytest.fixture
def server() -> CloudServer:
    """One in real time: sockets are waited for."""
    return CloudServer()


def at(url: str, server: CloudServer, machine: Machine) -> httpx.AsyncClient:
    return speaking(server, machine, transport=httpx.AsyncHTTPTransport(), base_url=f"{url}/api/v1")


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


async def test_it_tells_machines_and_kiosks_where_it_really_is(
    server: CloudServer, machine: Machine
) -> None:
    async with serving(server) as url, at(url, server, machine) as client:
        told = (await client.post("/edge/handshake", json=HANDSHAKE)).json()["data"]
        assert told["websocket"] | {"auth_token": ""} == {
            "channel": f"rvm.{machine.rvm_uuid}",
            "auth_token": "",
            "host": "127.0.0.1",
            "port": port_of(url),
            "scheme": "ws",
        }
        assert told["kiosk"]["url"].startswith(f"{url}/rvm-ui/")
        assert (await client.get(told["kiosk"]["url"])).status_code == 200


@pytest.mark.parametrize(
    "behind_it",
    [b"x" * 100, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 9],
    ids=["bytes", "another request"],
)
async def test_a_web_socket_that_waits_for_no_answer_ends_itself_alone(
    server: CloudServer, machine: Machine, behind_it: bytes
) -> None:
    async with serving(server) as url, at(url, server, machine) as client:
        async with await trio.open_tcp_stream("127.0.0.1", port_of(url)) as rude:
            await rude.send_all(WEB_SOCKET + behind_it)
            with suppress(trio.BrokenResourceError):
                while await rude.receive_some():
                    pass
        assert (await client.post("/edge/handshake", json=HANDSHAKE)).status_code == 200


async def test_a_client_that_reads_nothing_does_not_keep_it_from_ending(
    server: CloudServer, machine: Machine
) -> None:
    server.add_model("v1", bytes(LARGE))
    with trio.fail_after(AT_ONCE_S):
        async with serving(server) as url:
            stalled = await trio.open_tcp_stream("127.0.0.1", port_of(url))
            async with stalled, at(url, server, machine) as client:
                await stalled.send_all(
                    b"GET /release-assets/v1/best.pt HTTP/1.1\r\nHost: x\r\n\r\n"
                )
                assert b"200" in await stalled.receive_some(15)
                assert (await client.get(f"{url}/up")).status_code == 200


async def test_a_request_that_is_never_answered_does_not_keep_it_from_ending(
    server: CloudServer, machine: Machine
) -> None:
    server.misbehave(Misbehaviour(Mishap.LATE, seconds=3600))
    carried_out = trio.Event()
    server.watchers.append(lambda _exchange: carried_out.set())
    with trio.fail_after(AT_ONCE_S):
        async with serving(server) as url:
            waiting = await trio.open_tcp_stream("127.0.0.1", port_of(url))
            async with waiting:
                await waiting.send_all(b"GET /up HTTP/1.1\r\nHost: x\r\n\r\n")
                await carried_out.wait()


async def test_what_goes_wrong_inside_comes_out_as_it_is(server: CloudServer) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with serving(server):
            raise KeyError("mine")


async def test_it_can_be_stopped_and_served_again_at_the_same_port(
    server: CloudServer, machine: Machine
) -> None:
    async with serving(server) as url, at(url, server, machine) as client:
        await client.post("/edge/heartbeat", json={})
    assert server.direct_origin == ""
    with pytest.raises(OSError, match="failed"):
        await trio.open_tcp_stream("127.0.0.1", port_of(url))
    async with serving(server, port=port_of(url)) as again:
        assert again == url
        async with at(url, server, machine) as client:
            await client.post("/edge/heartbeat", json={})
    assert machine.heartbeats == 2


async def test_a_port_that_is_taken_is_an_error(server: CloudServer) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
    ):
        async with serving(server, port=taken.getsockname()[1]):
            pytest.fail("it was served")


async def test_it_may_be_down_from_the_start(server: CloudServer, machine: Machine) -> None:
    server.reach = Reach.REFUSED
    async with serving(server) as url, at(url, server, machine) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/up")
        assert (await client.get(f"{server.direct_origin}/up")).status_code == 200
        server.reach = Reach.REACHED
        assert (await client.get(f"{url}/up")).status_code == 200


async def test_many_machines_at_once_are_all_served(server: CloudServer) -> None:
    machines = [server.add_machine(f"RVM-{number}") for number in range(30)]
    async with serving(server) as url, trio.open_nursery() as nursery:

        async def live(machine: Machine) -> None:
            async with at(url, server, machine) as client:
                for _ in range(3):
                    await client.post("/edge/heartbeat", json={})

        for machine in machines:
            nursery.start_soon(live, machine)
    assert {machine.heartbeats for machine in machines} == {3}


async def test_an_upload_larger_than_nginx_lets_through(
    server: CloudServer, machine: Machine
) -> None:
    async with serving(server) as url, at(url, server, machine) as client:
        reply = await client.post("/edge/heartbeat", content=bytes(1_048_577))
        assert (reply.status_code, machine.heartbeats) == (413, 0)


async def test_nothing_is_left_open(server: CloudServer, machine: Machine) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for mishap in (Mishap.REQUEST_IGNORED, Mishap.REPLY_SWALLOWED):
            server.misbehave(mishap)
            async with serving(server) as url:
                async with at(url, server, machine) as client:
                    client.timeout = httpx.Timeout(AT_ONCE_S, read=0.1)
                    with pytest.raises(httpx.ReadTimeout):
                        await client.get(f"{url}/up")
                server.reach = Reach.BLACKHOLE
            server.behave()


async def test_a_port_is_one_servers_alone_and_can_be_had_again(server: CloudServer) -> None:
    async with serving(server) as url:
        with pytest.raises(OSError, match="Address already in use"):
            async with serving(CloudServer(), port=port_of(url)):
                pass  # never entered
    async with serving(CloudServer(), port=port_of(url)) as again:
        assert again == url
