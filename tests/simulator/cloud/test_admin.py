"""The simulator's own interface: what can be asked, and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from rvm_edge.simulator.cloud import (
    Assignment,
    Certificate,
    CloudServer,
    InProcessTransport,
    Json,
    Machine,
    Mishap,
    Reach,
    Status,
)
from tests.simulator.cloud.sending import USER_TOKEN, deposit

HERE = "http://127.0.0.1:9/_sim"


@pytest.fixture
async def admin(server: CloudServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=InProcessTransport(server), base_url=HERE) as client:
        yield client


async def test_the_books_lie_open_and_no_secret_is_in_them(
    server: CloudServer, machine: Machine, client: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    server.add_model("v1", b"weights")
    await deposit(client)
    reply = await admin.get("/books")
    told = reply.json()
    assert told["machines"][0]["serial"] == machine.serial
    assert told["receipts"][0]["rvm_id"] == machine.rvm_id
    assert {"user_id": 7, "name": "User 7", "points": 100} in told["users"]
    assert told["dialect"] == server.dialect.value
    assert machine.api_key not in reply.text
    assert USER_TOKEN not in reply.text
    assert server.site.secret not in reply.text


async def test_misbehaviour_is_asked_for_and_taken_back(
    server: CloudServer, admin: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    asked = {"mishap": "fails", "path": "*/heartbeat", "times": None, "status": 503}
    assert (await admin.post("/misbehave", json=asked)).json() == {"in_force": 1}
    assert (await client.post("/edge/heartbeat", json={})).status_code == 503
    (listed,) = (await admin.get("/books")).json()["misbehaviour"]
    assert (listed["mishap"], listed["status"]) == ("fails", 503)
    assert (await admin.post("/behave", content=b"")).json() == {"in_force": 0}
    assert (await client.post("/edge/heartbeat", json={})).status_code == 200


async def test_a_storm_over_everything_spares_whoever_must_end_it(
    server: CloudServer, admin: httpx.AsyncClient
) -> None:
    await admin.post("/misbehave", json={"mishap": "reply_lost", "times": None})
    assert (await admin.post("/behave", json={"mishap": "reply_lost"})).status_code == 200
    assert server.conduct.board.turned == ()


async def test_the_network_is_turned(server: CloudServer, admin: httpx.AsyncClient) -> None:
    told = (
        await admin.post("/network", json={"certificate": "expired", "clock_ahead_s": 60})
    ).json()
    assert told == {"reach": "reached", "certificate": "expired"}
    assert (server.certificate, server.clock.ahead_s) == (Certificate.EXPIRED, 60)


async def test_whoever_shuts_the_door_that_they_stand_in_hears_no_answer(
    server: CloudServer, admin: httpx.AsyncClient
) -> None:
    with pytest.raises(httpx.ReadError):
        await admin.post("/network", json={"reach": "refused"})
    assert server.reach is Reach.REFUSED


async def test_a_command_is_queued(
    machine: Machine, admin: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    asked = {"action": "SHELL_COMMAND", "payload": {"command": "id"}}
    assert (await admin.post("/command", json=asked)).json()["serial"] == machine.serial
    (sent,) = (await client.post("/edge/heartbeat", json={})).json()["commands"]
    assert (sent["action"], sent["payload"]) == ("SHELL_COMMAND", {"command": "id"})


async def test_an_administrator_blocks_and_assigns(
    machine: Machine, admin: httpx.AsyncClient
) -> None:
    await admin.post("/machine", json={"status": "blocked", "assignment": "in_progress"})
    assert (machine.status, machine.assignment) == (Status.BLOCKED, Assignment.IN_PROGRESS)
    told = await admin.post("/machine", json={"serial": machine.serial, "unassign": True})
    assert told.json() == {"serial": machine.serial, "status": "blocked", "assignment": None}


class Listeners:
    """A Reverb with two listeners."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, Mapping[str, Json]]] = []

    def auth(self, socket_id: str, channel: str) -> str:
        return f"key:{socket_id}:{channel}"

    def publish(self, channel: str, event: str, data: Mapping[str, Json]) -> int:
        self.published.append((channel, event, data))
        return 2


async def test_an_event_is_broadcast_where_there_is_a_reverb(
    server: CloudServer, machine: Machine, admin: httpx.AsyncClient
) -> None:
    asked = {"event": "session.authorized", "data": {"session_id": "s"}}
    refused = await admin.post("/broadcast", json=asked)
    assert (refused.status_code, refused.json()) == (422, {"error": "this server has no Reverb"})
    reverb = Listeners()
    server.broadcast_with(reverb)
    channel = f"rvm.{machine.rvm_uuid}"
    told = (await admin.post("/broadcast", json=asked)).json()
    assert told == {"channel": channel, "listeners": 2}
    assert reverb.published == [(channel, "session.authorized", {"session_id": "s"})]


async def test_a_machine_gets_a_signature_for_its_own_private_channel(
    server: CloudServer, machine: Machine, client: httpx.AsyncClient
) -> None:
    path = "https://rvm.example.org/broadcasting/auth"
    asked = {"socket_id": "1.2", "channel_name": f"private-rvm.{machine.rvm_uuid}"}
    assert (await client.post(path, json=asked)).status_code == 404
    server.broadcast_with(Listeners(), port=8080)
    told = (await client.post(path, json=asked)).json()
    assert told == {"auth": f"key:1.2:{asked['channel_name']}"}
    other = {**asked, "channel_name": "private-rvm.other"}
    assert (await client.post(path, json=other)).status_code == 403
    assert (await client.post(path, json={})).status_code == 422
    assert (await client.post(path, headers={"X-RVM-API-KEY": ""})).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/misbehave", b"{}", "missing required field `mishap`"),
        ("/misbehave", b'{"mishap":"explodes"}', "Invalid enum value 'explodes'"),
        ("/misbehave", b'{"mishap":"late","seconds":-1}', "seconds=-1.0 must be within"),
        ("/misbehave", b"{broken", "JSON is malformed"),
        ("/command", b'{"action":"X","serial":"?"}', "there is no machine '?'"),
        ("/network", b'{"reech":"refused"}', "unknown field `reech`"),
        ("/network", b'"' + b"x" * 70_000 + b'"', "at most 65536 bytes"),
    ],
)
async def test_nonsense_is_refused_in_one_line(
    admin: httpx.AsyncClient, path: str, body: bytes, words: str
) -> None:
    reply = await admin.post(path, content=body)
    assert reply.status_code == 422
    assert words in reply.json()["error"]
    assert "\n" not in reply.json()["error"]


async def test_what_does_not_exist_and_what_is_not_asked_that_way(
    admin: httpx.AsyncClient,
) -> None:
    lost = await admin.post("/nothing")
    assert lost.status_code == 404
    assert "POST misbehave" in lost.json()["error"]
    assert (await admin.get("/misbehave")).status_code == 405


@pytest.mark.parametrize(
    ("client_address", "url", "headers"),
    [
        ("192.0.2.7", HERE, {}),
        ("nonsense", HERE, {}),
        ("127.0.0.1", "http://rebound.example.net/_sim", {}),
        ("127.0.0.1", HERE, {"Origin": "http://127.0.0.1:9"}),
    ],
    ids=["from afar", "from nowhere", "by a rebound name", "by a page in a browser"],
)
async def test_only_programs_on_this_computer_may_ask(
    server: CloudServer, client_address: str, url: str, headers: dict[str, str]
) -> None:
    transport = InProcessTransport(server, client=client_address)
    async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers) as client:
        assert (await client.get("/books")).status_code == 403
        asked = await client.post("/misbehave", json={"mishap": Mishap.HTML.value})
        assert asked.status_code == 403
    assert server.conduct.board.turned == ()
