"""What a handshake needs, what it changes, and what it tells."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rvm_edge.simulator.cloud import CloudServer, Dialect, Machine, Status
from tests.simulator.cloud.sending import HANDSHAKE, speaking

PATH = "/edge/handshake"


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in HANDSHAKE.items() if key not in keys}


async def test_a_machine_learns_who_it_is(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    reply = await client.post(PATH, json=HANDSHAKE)
    assert (reply.status_code, reply.json()["status"]) == (200, "success")
    data = reply.json()["data"]
    assert data["identity"] == {
        "rvm_id": 42,
        "rvm_uuid": machine.rvm_uuid,
        "rvm_name": "RVM Test Lab",
    }
    assert data["kiosk"]["timezone"] == "Asia/Jakarta"
    assert data["websocket"] | {"auth_token": ""} == {
        "channel": f"rvm.{machine.rvm_uuid}",
        "auth_token": "",
        "host": "rvm.example.org",
        "port": 443,
        "scheme": "wss",
    }
    assert data["ai_model"] == {
        "target_version": "v1.0.0",
        "hash": None,
        "update_source_url": None,
    }
    donation = {"system_donation_user_id": -1} if server.dialect is Dialect.D else {}
    assert data["policy"] == {
        "is_maintenance_mode": False,
        **donation,
        "bin_full_threshold_percent": 90,
        "camera_idle_timeout_sec": 60,
        "motor_speed_delay": 0.005,
    }


async def test_the_newest_active_model_is_named(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.add_model("v1.1.0", b"older")
    newest = server.add_model("v1.2.0", b"newer")
    told = (await client.post(PATH, json=HANDSHAKE)).json()["data"]["ai_model"]
    assert told == {
        "target_version": "v1.2.0",
        "hash": newest.sha256,
        "update_source_url": f"https://rvm.example.org/api/v1/edge/download-model/{newest.sha256}",
    }


async def test_the_key_ip_local_must_be_there_be_it_null(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        reply = await client.post(PATH, json=without("ip_local"))
        assert (reply.status_code, reply.json()) == (500, {"message": "Server Error"})
    assert (await client.post(PATH, json={**HANDSHAKE, "ip_local": None})).status_code == 200


async def test_the_first_handshake_fails_without_controller_type_and_its_retry_does_not(
    client: httpx.AsyncClient,
) -> None:
    bare = without("controller_type")
    assert (await client.post(PATH, json=bare)).status_code == 500
    assert (await client.post(PATH, json=bare)).status_code == 200


async def test_another_machines_hardware_id_fails_for_ever(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    assert (await client.post(PATH, json=HANDSHAKE)).status_code == 200
    async with speaking(server, server.add_machine("RVM-202601-043")) as other:
        for _ in range(3):
            assert (await other.post(PATH, json=HANDSHAKE)).status_code == 500
        own = {**HANDSHAKE, "hardware_id": "RVM-202601-043"}
        assert (await other.post(PATH, json=own)).status_code == 200


async def test_a_handshake_ends_maintenance_on_the_server(
    client: httpx.AsyncClient, machine: Machine
) -> None:
    machine.status = Status.MAINTENANCE
    reply = await client.post(PATH, json=HANDSHAKE)
    assert reply.json()["data"]["policy"]["is_maintenance_mode"] is False
    assert machine.status is Status.ONLINE


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"hardware_id": "x" * 101}, "hardware_id", "must not be greater than 100 characters"),
        ({"hardware_id": 5}, "hardware_id", "must be a string"),
        ({"name": " "}, "name", "is required"),
        ({"name": "x" * 256}, "name", "must not be greater than 255 characters"),
        ({"ip_local": "Not Connected"}, "ip_local", "must be a valid IP address"),
        ({"ip_vpn": 7}, "ip_vpn", "must be a valid IP address"),
        ({"timezone": "x" * 51}, "timezone", "must not be greater than 50 characters"),
        ({"system": "JetPack"}, "system", "must be an array"),
        (
            {"system": {"python_version": "x" * 51}},
            "system.python_version",
            "must not be greater than 50 characters",
        ),
        ({"system": {"ai_models": [{}]}}, "system.ai_models.0", "must be a string"),
        ({"controller_type": "x" * 101}, "controller_type", "must not be greater than 100"),
        (
            {"health_metrics": {"disk_usage_percent": 101}},
            "health_metrics.disk_usage_percent",
            "must be between 0 and 100",
        ),
        (
            {"health_metrics": {"cpu_usage_percent": "warm"}},
            "health_metrics.cpu_usage_percent",
            "must be a number",
        ),
    ],
)
async def test_a_field_that_breaks_a_rule_is_named(
    client: httpx.AsyncClient, change: dict[str, Any], field: str, sentence: str
) -> None:
    reply = await client.post(PATH, json={**HANDSHAKE, **change})
    assert reply.status_code == 422
    assert list(reply.json()["errors"]) == [field]
    assert sentence in reply.json()["message"]


@pytest.mark.parametrize("body", [b"{}", b"{not json", b"[]", b""])
async def test_a_body_that_cannot_be_read_lacks_every_field(
    client: httpx.AsyncClient, body: bytes
) -> None:
    reply = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    assert reply.json() == {
        "message": "The hardware id field is required. (and 1 more error)",
        "errors": {
            "hardware_id": ["The hardware id field is required."],
            "name": ["The name field is required."],
        },
    }


async def test_whoever_does_not_ask_for_json_is_sent_to_the_home_page(
    client: httpx.AsyncClient,
) -> None:
    reply = await client.post(PATH, json={}, headers={"Accept": "*/*"})
    assert (reply.status_code, reply.headers["location"]) == (302, "https://rvm.example.org")
