"""Heartbeats, technicians, and the queue of commands that is handed over once."""

from __future__ import annotations

from datetime import timedelta, timezone

import httpx
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.simulator.cloud import Assignment, CloudServer, Dialect, Machine, Mishap, Status

PATH = "/edge/heartbeat"


@pytest.mark.parametrize("body", [{}, {"bin_capacity": 37, "version": "2.1.0", "nonsense": []}])
async def test_anything_is_a_heartbeat(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine, body: dict[str, object]
) -> None:
    reply = await client.post(PATH, json=body)
    now = (
        "2026-02-10T10:00:00+07:00" if server.dialect is Dialect.M else "2026-02-10T03:00:00+00:00"
    )
    assert reply.json() == {"status": "success", "server_time": now, "commands": []}
    assert (machine.heartbeats, machine.bin_capacity) == (1, body.get("bin_capacity"))


@pytest.mark.parametrize("assignment", [None, *Assignment])
async def test_m_wants_a_technician_and_d_does_not(
    server: CloudServer,
    client: httpx.AsyncClient,
    machine: Machine,
    assignment: Assignment | None,
) -> None:
    machine.assignment = assignment
    reply = await client.post(PATH, json={})
    idle = assignment in {None, Assignment.COMPLETED}
    if server.dialect is Dialect.M and idle:
        assert reply.status_code == 403
        assert reply.json().keys() == {"status", "message"}
        assert "No active technician assignment" in reply.json()["message"]
    else:
        assert reply.status_code == 200


async def test_m_takes_a_heartbeat_for_the_end_of_maintenance_and_d_does_not(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    machine.status = Status.MAINTENANCE
    await client.post(PATH, json={})
    ended = server.dialect is Dialect.M
    assert machine.status is (Status.ONLINE if ended else Status.MAINTENANCE)


async def test_d_puts_a_machine_into_maintenance_while_its_technician_works(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    machine.assignment = Assignment.IN_PROGRESS
    await client.post(PATH, json={})
    await trio.sleep(60)
    config = await client.get("/kiosk/config", headers={"X-Machine-UUID": machine.rvm_uuid})
    told = config.json()["data"].get("status")
    assert told == ("maintenance" if server.dialect is Dialect.D else None)


async def test_commands_are_handed_over_once(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    server.queue_command(machine, "RESTART")
    server.queue_command(machine, "TRIGGER_ACTUATOR", {"component_name": "x", "action": "open"})
    sent = (await client.post(PATH, json={})).json()["commands"]
    at = server.clock.iso()
    assert sent == [
        {"action": "RESTART", "timestamp": at},
        {
            "action": "TRIGGER_ACTUATOR",
            "payload": {"component_name": "x", "action": "open"},
            "timestamp": at,
        },
    ]
    assert (await client.post(PATH, json={})).json()["commands"] == []


async def test_commands_are_gone_even_if_the_reply_that_had_them_was_lost(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    server.queue_command(machine, "RESTART")
    server.misbehave(Mishap.REPLY_LOST)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(PATH, json={})
    assert (await client.post(PATH, json={})).json()["commands"] == []


async def test_a_queue_is_forgotten_ten_minutes_after_its_newest_command(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    server.queue_command(machine, "RESTART")
    await trio.sleep(599)
    server.queue_command(machine, "RESTART")
    await trio.sleep(599)
    assert len((await client.post(PATH, json={})).json()["commands"]) == 2
    server.queue_command(machine, "RESTART")
    await trio.sleep(600)
    assert (await client.post(PATH, json={})).json()["commands"] == []


async def test_d_hears_that_a_wanted_picture_was_taken(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    await client.post(PATH, json={"capture_complete": True})
    assert machine.capture_complete is (server.dialect is Dialect.D)


async def test_a_wrong_clock_shows(server: CloudServer, client: httpx.AsyncClient) -> None:
    server.clock.ahead_s = 86_400
    told = (await client.post(PATH, json={})).json()["server_time"]
    assert told.startswith("2026-02-11")
    assert server.dialect.zone in {timezone.utc, timezone(timedelta(hours=7))}
