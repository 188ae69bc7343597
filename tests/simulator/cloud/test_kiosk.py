"""What a kiosk's browser gets: its signed page and the calls of that page."""

from __future__ import annotations

import json
import re

import httpx
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.simulator.cloud import CloudServer, Dialect, Machine
from tests.simulator.cloud.sending import HANDSHAKE

ROOT = "https://rvm.example.org"


async def page_url(client: httpx.AsyncClient) -> str:
    reply = await client.post("/edge/handshake", json=HANDSHAKE)
    url = reply.json()["data"]["kiosk"]["url"]
    assert isinstance(url, str)
    return url


async def test_the_signed_page_opens_byte_for_byte_and_no_other_way(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    url = await page_url(client)
    assert re.fullmatch(rf"{ROOT}/rvm-ui/{machine.rvm_uuid}\?signature=[0-9a-f]{{64}}", url)
    page = await client.get(url, headers={"Accept": "text/html"})
    assert page.status_code == 200
    config = re.search(r"KIOSK_CONFIG = (\{.*?\});", page.text)
    assert config is not None
    told = json.loads(config[1])
    assert told["machine_uuid"] == machine.rvm_uuid
    assert told["api_base_url"] == f"{ROOT}/api/v1/kiosk"
    assert ("machine_id" in told) is (server.dialect is Dialect.D)
    spoilt = [
        url.partition("?")[0],
        url + "0",
        f"{url}&x=1",
        url.replace(ROOT, "https://rvm.example.com"),
        url.replace(machine.rvm_uuid, machine.rvm_uuid[::-1]),
    ]
    for wrong in spoilt:
        reply = await client.get(wrong, headers={"Accept": "text/html"})
        assert reply.status_code == 403, wrong


async def test_a_machines_name_cannot_break_out_of_its_page(
    client: httpx.AsyncClient, machine: Machine
) -> None:
    url = await page_url(client)
    machine.name = "</script><b>"
    assert "</script><b>" not in (await client.get(url)).text


async def test_the_page_asks_for_its_configuration(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    named = {"X-Machine-UUID": machine.rvm_uuid}
    data = (await client.get("/kiosk/config", headers=named)).json()["data"]
    assert data["qr_refresh_interval"] == 300
    assert data.get("status") == ("offline" if server.dialect is Dialect.D else None)
    assert (await client.get("/kiosk/config")).status_code == 404


async def test_a_session_token_comes_with_its_qr_code(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    named = {"X-Machine-UUID": machine.rvm_uuid}
    data = (await client.post("/kiosk/session/token", headers=named)).json()["data"]
    assert data["expires_in"] == 300
    assert data["expires_at"] == server.clock.iso(300)
    assert data["qr_content"] == f"myrvm://session/{data['token']}?m={machine.rvm_uuid}"


async def test_a_maintenance_command_is_said_to_be_sent_and_is_not(
    client: httpx.AsyncClient, machine: Machine
) -> None:
    named = {"X-Machine-UUID": machine.rvm_uuid}
    path = "/kiosk/maintenance/command"
    data = (await client.post(path, json={"command": "open_door"}, headers=named)).json()["data"]
    assert (data["command"], data["status"]) == ("open_door", "sent")
    assert machine.commands == []
    assert (await client.post(path, json={}, headers=named)).status_code == 422


async def test_sixty_calls_a_minute_from_one_address_and_no_more(
    autojump_clock: MockClock, client: httpx.AsyncClient, machine: Machine
) -> None:
    named = {"X-Machine-UUID": machine.rvm_uuid}
    for _ in range(60):
        assert (await client.get("/kiosk/config", headers=named)).status_code == 200
    refused = await client.get("/kiosk/config", headers=named)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    await trio.sleep(60)
    assert (await client.get("/kiosk/config", headers=named)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/up"])
async def test_the_public_pages(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"{ROOT}{path}")).status_code == 200
