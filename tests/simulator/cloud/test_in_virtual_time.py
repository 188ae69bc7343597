"""The in-process transport keeps a client's time-outs without a socket, a thread or real time."""

from __future__ import annotations

import threading

import httpx
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.simulator.cloud import (
    CloudServer,
    InProcessTransport,
    Machine,
    Misbehaviour,
    Mishap,
    Reach,
)
from tests.simulator.cloud.sending import BASE, speaking

PATH = "/edge/heartbeat"


async def test_a_day_of_heartbeats_takes_no_time_and_no_thread(
    autojump_clock: MockClock, client: httpx.AsyncClient, machine: Machine
) -> None:
    threads = threading.active_count()
    for _ in range(24 * 60):
        await client.post(PATH, json={})
        await trio.sleep(60)
    assert machine.heartbeats == 24 * 60
    assert trio.current_time() == pytest.approx(86_400)
    assert threading.active_count() <= threads  # another test's may end meanwhile


@pytest.mark.parametrize(
    ("mishap", "failure"),
    [(Mishap.REQUEST_IGNORED, httpx.ReadTimeout), (Mishap.REPLY_SWALLOWED, httpx.ReadTimeout)],
)
async def test_silence_lasts_as_long_as_the_clients_patience(
    autojump_clock: MockClock,
    server: CloudServer,
    client: httpx.AsyncClient,
    mishap: Mishap,
    failure: type[httpx.TransportError],
) -> None:
    server.misbehave(mishap)
    with pytest.raises(failure):
        await client.post(PATH, json={}, timeout=httpx.Timeout(1, read=17))
    assert trio.current_time() == pytest.approx(17)


async def test_vanished_packets_use_up_the_time_to_connect(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.reach = Reach.BLACKHOLE
    with pytest.raises(httpx.ConnectTimeout):
        await client.post(PATH, json={}, timeout=httpx.Timeout(1, connect=23))
    assert trio.current_time() == pytest.approx(23)


async def test_a_connection_comes_about_when_packets_pass_again(
    autojump_clock: MockClock, server: CloudServer, machine: Machine, client: httpx.AsyncClient
) -> None:
    server.reach = Reach.BLACKHOLE
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.post, PATH)
        await wait_all_tasks_blocked()
        server.reach = Reach.REACHED
    assert machine.heartbeats == 1


async def test_a_reply_is_held_up_while_packets_vanish(
    autojump_clock: MockClock, server: CloudServer, machine: Machine, client: httpx.AsyncClient
) -> None:
    server.misbehave(Misbehaviour(Mishap.LATE, seconds=2))
    async with trio.open_nursery() as nursery:

        async def vanish() -> None:
            await trio.sleep(1)
            server.reach = Reach.BLACKHOLE

        nursery.start_soon(vanish)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(PATH, json={}, timeout=30)
    assert trio.current_time() == pytest.approx(30)
    assert machine.heartbeats == 1


async def test_a_late_answer_comes_if_the_client_waits(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.misbehave(Misbehaviour(Mishap.LATE, seconds=20))
    assert (await client.post(PATH, json={}, timeout=None)).status_code == 200
    assert trio.current_time() == pytest.approx(20)


async def test_a_dripping_reply_outlasts_a_read_time_out(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.misbehave(Misbehaviour(Mishap.REPLY_DRIPS, seconds=4, pieces=10))
    assert (await client.post(PATH, json={}, timeout=5)).status_code == 200
    assert trio.current_time() == pytest.approx(40)
    server.misbehave(Misbehaviour(Mishap.REPLY_DRIPS, seconds=6))
    with pytest.raises(httpx.ReadTimeout):
        await client.post(PATH, json={}, timeout=5)
    assert trio.current_time() == pytest.approx(45)


async def test_two_requests_at_once_do_not_wait_for_each_other(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.misbehave(Misbehaviour(Mishap.LATE, path="/up", seconds=100))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: client.get("https://rvm.example.org/up", timeout=None))
        await wait_all_tasks_blocked()
        await client.post(PATH, json={})
        assert trio.current_time() == 0


async def test_the_server_sees_the_address_that_the_transport_was_given(
    server: CloudServer, machine: Machine
) -> None:
    transport = InProcessTransport(server, client="192.0.2.7")
    async with speaking(server, machine, transport=transport) as client:
        await client.post(PATH, json={})
    (request,) = server.requests_to("/api/v1/edge/heartbeat")
    assert (request.client, request.origin) == ("192.0.2.7", BASE.removesuffix("/api/v1"))
