"""Who is let in, and in which words the others are refused."""

from __future__ import annotations

import httpx
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.simulator.cloud import CloudServer, Dialect, Machine, Status
from tests.simulator.cloud.sending import HANDSHAKE, USER_TOKEN, deposit

KEY_PATHS = ["/edge/handshake", "/edge/heartbeat", "/edge/deposit"]
USER_PATHS = [
    ("GET", "/edge/model-sync"),
    ("GET", "/edge/download-model/abc"),
    ("POST", "/edge/upload-image"),
    ("POST", "/edge/register"),
    ("POST", "/devices/5/telemetry"),
    ("POST", "/technician/validate-pin"),
]
REFUSED = "Kunci API Tidak Valid. Silakan import ulang kredensial."


@pytest.mark.parametrize("path", KEY_PATHS)
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-RVM-API-KEY": ""}, "MISSING_API_KEY"),
        ({"X-RVM-API-KEY": "", "Authorization": f"Bearer {USER_TOKEN}"}, "MISSING_API_KEY"),
        ({"X-RVM-API-KEY": "wrong"}, "INVALID_API_KEY"),
    ],
)
async def test_a_machine_without_its_key_is_told_so(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], code: str
) -> None:
    reply = await client.post(path, json={}, headers={**headers, "Accept": ""})
    assert reply.status_code == 401
    assert reply.json() == {"status": "error", "message": REFUSED, "error_code": code}


@pytest.mark.parametrize("path", KEY_PATHS)
async def test_a_blocked_machine_is_told_so(
    client: httpx.AsyncClient, machine: Machine, path: str
) -> None:
    machine.status = Status.BLOCKED
    reply = await client.post(path, json={})
    assert reply.status_code == 403
    assert reply.json()["error_code"] == "MACHINE_BLOCKED"


async def test_a_block_ends_by_itself_when_the_machine_was_silent(
    autojump_clock: MockClock, server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    await client.post("/edge/handshake", json=HANDSHAKE)
    machine.status = Status.BLOCKED
    await trio.sleep(60)
    assert (await client.post("/edge/handshake", json=HANDSHAKE)).status_code == 403
    await trio.sleep(server.dialect.silent_s + 60)
    assert (await client.post("/edge/handshake", json=HANDSHAKE)).status_code == 200
    assert machine.status is Status.ONLINE


@pytest.mark.parametrize(("method", "path"), USER_PATHS)
async def test_a_machines_key_is_nothing_where_a_user_is_wanted(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    reply = await client.request(method, path, headers={"Authorization": ""})
    assert (reply.status_code, reply.json()) == (401, {"message": "Unauthenticated."})
    page = await client.request(method, path, headers={"Authorization": "", "Accept": "*/*"})
    assert (page.status_code, page.headers["location"]) == (302, "https://rvm.example.org/login")


@pytest.mark.parametrize(("method", "path"), USER_PATHS)
async def test_a_users_token_opens_what_a_key_does_not(
    server: CloudServer, client: httpx.AsyncClient, method: str, path: str
) -> None:
    server.add_model("v1", b"weights", sha256="abc")
    reply = await client.request(method, path, headers={"Authorization": f"Bearer {USER_TOKEN}"})
    assert reply.status_code in {200, 201}


async def test_a_path_that_leads_nowhere(client: httpx.AsyncClient) -> None:
    reply = await client.post("/edge/telemetry", json={})
    assert reply.status_code == 404
    assert reply.json() == {"message": "The route api/v1/edge/telemetry could not be found."}
    assert (await client.get("/edge/telemetry", headers={"Accept": "*/*"})).status_code == 404


async def test_the_wrong_verb(client: httpx.AsyncClient) -> None:
    reply = await client.get("/edge/heartbeat")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert "GET method is not supported" in reply.json()["message"]


async def test_training_pictures_have_a_place_on_d_alone(
    client: httpx.AsyncClient, server: CloudServer
) -> None:
    reply = await client.post(
        "/dataset/upload", data={"camera_port": "0"}, files={"image": ("x.jpg", b"anything")}
    )
    if server.dialect is Dialect.M:
        assert reply.status_code == 404
    else:
        assert (reply.status_code, reply.json()["success"]) == (201, True)
        assert server.books.dataset[0].size_bytes == len(b"anything")


async def test_nginx_refuses_a_large_body_with_a_page_of_its_own(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    reply = await deposit(client, b"\xff\xd8\xff" + bytes(1_048_576))
    assert reply.status_code == 413
    assert "nginx" in reply.text
    assert server.books.receipts == []
    server.site.body_limit_bytes = None
    assert (await deposit(client, b"\xff\xd8\xff" + bytes(1_048_576))).status_code == 201


async def test_the_probe_asks_for_nothing(client: httpx.AsyncClient) -> None:
    reply = await client.get("https://rvm.example.org/up", headers={"X-RVM-API-KEY": ""})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
