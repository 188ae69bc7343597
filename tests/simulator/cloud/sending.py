"""What a well-behaved machine sends."""

from __future__ import annotations

from typing import Any

import httpx

from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport, Machine

BEGAN_S = 1_770_692_400.0
"""2026-02-10T03:00:00Z."""

BASE = "https://rvm.example.org/api/v1"
USER_TOKEN = "1|a-user"  # noqa: S105 - of a simulation
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 30
HANDSHAKE: dict[str, Any] = {
    "hardware_id": "RVM-202601-042",
    "name": "RVM Test Lab",
    "ip_local": "192.168.1.50",
    "ip_vpn": None,
    "timezone": "Asia/Jakarta",
    "system": {"firmware_version": "2.1.0", "ai_models": {"model_name": "best.pt"}},
    "controller_type": "NVIDIA Jetson Orin Nano",
    "health_metrics": {"cpu_usage_percent": 15.5, "cpu_temperature": 45},
}


def transaction(session_id: str = "0d1c", **changes: object) -> dict[str, Any]:
    """Return one delivered deposit."""
    whole = {
        "client_uuid": session_id,
        "session_id": session_id,
        "user_id": -1,
        "type": "GUEST_DONATION",
        "timestamp": "2026-02-10T10:00:00+07:00",
        "items": [{"type": "mineral", "weight": 0, "points": 0}],
    }
    return {**whole, **changes}


def speaking(
    server: CloudServer,
    machine: Machine,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    base_url: str = BASE,
    timeout_s: float = 60,
) -> httpx.AsyncClient:
    """Return a client with the machine's key, and on D with a user's token too."""
    headers = {"X-RVM-API-KEY": machine.api_key, "Accept": "application/json"}
    if server.dialect is Dialect.D:
        headers |= {
            "Authorization": f"Bearer {USER_TOKEN}",
            "X-RVM-Machine-ID": str(machine.rvm_id),
        }
    return httpx.AsyncClient(
        transport=transport or InProcessTransport(server),
        base_url=base_url,
        headers=headers,
        timeout=timeout_s,
    )


async def sync(
    client: httpx.AsyncClient, *transactions: object, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Deliver deposits."""
    body = {"transactions": list(transactions)}
    return await client.post("/edge/sync-offline", json=body, headers=headers)


async def deposit(
    client: httpx.AsyncClient, image: bytes = JPEG, data: str = "{}", **fields: str
) -> httpx.Response:
    """Send a picture."""
    return await client.post(
        "/edge/deposit",
        data={"status": "ACCEPTED", "data": data, **fields},
        files={"image": ("item.jpg", image, "image/jpeg")},
    )
