"""The calls that the machine makes."""

from __future__ import annotations

from enum import Enum

API_PATH = "/api/v1"


class Endpoint(Enum):
    """One call; its value is the path below the server's origin. All are POST."""

    HANDSHAKE = f"{API_PATH}/edge/handshake"
    HEARTBEAT = f"{API_PATH}/edge/heartbeat"
    SYNC = f"{API_PATH}/edge/sync-offline"
    DEPOSIT = f"{API_PATH}/edge/deposit"
    DATASET = f"{API_PATH}/dataset/upload"
    LOGIN = f"{API_PATH}/kiosk/session/token"
    CHANNEL = "/broadcasting/auth"
