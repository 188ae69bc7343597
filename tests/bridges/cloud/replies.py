"""Answers as the published server gives them, word for word, and the other kinds."""

from __future__ import annotations

import json

from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply

KEY_TEXT = "Kunci API Tidak Valid. Silakan import ulang kredensial."
UUID = "3f0e8a52-1111-4f0a-8a3e-6d1c2b3a4f5e"


def answer(
    status: int,
    body: object,
    *,
    content_type: str = "application/json",
    retry_after_s: float | None = None,
) -> Exchange:
    """Return an exchange whose reply has this body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(Reply(status, content_type, raw, retry_after_s), started_s=1.0, ended_s=1.2)


def silence(failure: Failure, detail: str = "") -> Exchange:
    return Exchange(failure, detail)


def html(status: int) -> Exchange:
    return answer(status, b"<html><body>nginx</body></html>", content_type="text/html")


def error(code: str = "", message: str = KEY_TEXT) -> dict[str, object]:
    said: dict[str, object] = {"status": "error", "message": message}
    return {**said, "error_code": code} if code else said


def welcome_body(**parts: object) -> dict[str, object]:
    """Return the body of a good answer to a handshake, with some parts replaced."""
    data: dict[str, object] = {
        "identity": {"rvm_id": 42, "rvm_uuid": UUID, "rvm_name": "RVM Test Lab"},
        "kiosk": {
            "url": f"https://rvm.example.org/rvm-ui/{UUID}?signature=ab%2Fcd",
            "timezone": None,
        },
        "websocket": {
            "channel": f"rvm.{UUID}",
            "auth_token": "eyJ.aa",
            "host": "rvm.example.org",
            "port": 443,
            "scheme": "wss",
        },
        "policy": {
            "is_maintenance_mode": False,
            "system_donation_user_id": -1,
            "motor_speed_delay": 0.005,
        },
        "ai_model": {
            "target_version": "v1.2.0",
            "hash": "AB" * 32,
            "update_source_url": f"https://rvm.example.org/api/v1/edge/download-model/{'ab' * 32}",
        },
    }
    return {"status": "success", "message": "..", "data": {**data, **parts}}


def alive_body(**others: object) -> dict[str, object]:
    """Return the body of a good answer to a heartbeat."""
    return {
        "status": "success",
        "server_time": "2026-02-10T10:00:00+07:00",
        "commands": [],
        **others,
    }
