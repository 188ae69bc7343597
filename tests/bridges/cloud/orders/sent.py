"""Orders as a server would send them at a known moment."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via

JAKARTA = timezone(timedelta(hours=7))
NOON = datetime(2026, 2, 10, 12, 0, tzinfo=JAKARTA)
HASH = "3b" * 32
URL = "https://models.example.org/best.onnx"


def at(seconds: float = 0.0) -> str:
    """Return the server's time so long after noon, as the server writes it."""
    return (NOON + timedelta(seconds=seconds)).isoformat()


def by_heartbeat(word: str, payload: bytes = b"null", timestamp: str = at()) -> Ordered:
    return Ordered(word, payload, timestamp, "", Via.HEARTBEAT)


def by_socket(
    word: str, payload: bytes = b"[]", request_id: str = "cmd_1.2", timestamp: str = at()
) -> Ordered:
    return Ordered(word, payload, timestamp, request_id, Via.SOCKET)
