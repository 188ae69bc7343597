"""What the machine tells of itself, in the server's words and within the server's bounds.

The server refuses a whole handshake over one text that is too long or one address that is none, so
everything is cut and checked here, whatever was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from rvm_edge.bridges.cloud.figures_wire import FiguresInfo
from rvm_edge.bridges.cloud.handshake_wire import (
    ActuatorInfo,
    CameraInfo,
    Diagnostics,
    HandshakeHealth,
    HandshakeRequest,
    HardwareInfo,
    Microcontroller,
    ModelInUse,
    SensorInfo,
    SystemInfo,
)
from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatHealth, HeartbeatRequest
from rvm_edge.identity import Identity
from rvm_edge.telemetry import Figures, Health, Inventory, Part

MOST_SERIAL, MOST_NAME, MOST_TYPE, MOST_VERSION = 100, 255, 100, 50


def introduction(
    identity: Identity, inventory: Inventory, health: Health, figures: Figures
) -> HandshakeRequest:
    """Return the body of a handshake."""
    return HandshakeRequest(
        hardware_id=identity.hardware_id[:MOST_SERIAL],
        name=identity.name[:MOST_NAME] or identity.hardware_id[:MOST_SERIAL],
        ip_local=_address(inventory.ip_local),
        ip_vpn=_address(inventory.ip_vpn),
        timezone=_cut(inventory.timezone, MOST_VERSION),
        system=SystemInfo(
            jetpack_version=_cut(inventory.jetpack_version, MOST_VERSION),
            firmware_version=inventory.firmware_version[:MOST_VERSION],
            python_version=inventory.python_version[:MOST_VERSION],
            ai_models=ModelInUse(
                model_name=_cut(inventory.model_name, MOST_TYPE),
                model_version=_cut(inventory.model_version, MOST_TYPE),
                hash=_cut(inventory.model_hash, MOST_TYPE),
            ),
        ),
        controller_type=inventory.controller_type[:MOST_TYPE] or "unknown",
        health_metrics=HandshakeHealth(
            cpu_usage_percent=_percent(health.cpu_pct),
            memory_usage_percent=_percent(health.memory_pct),
            disk_usage_percent=_percent(health.disk_pct),
            cpu_temperature=_number(health.cpu_c),
        ),
        hardware_info=_hardware(inventory),
        diagnostics=Diagnostics(
            network_check="pass",
            camera_check=_check(inventory.cameras),
            motor_test=_check(inventory.actuators),
            figures=_figures(figures),
            second_judge=_cut(inventory.second_judge, MOST_NAME),
        ),
    )


def sign_of_life(
    inventory: Inventory,
    health: Health,
    figures: Figures,
    bin_pct: float | None,
    *,
    capture_complete: bool,
) -> HeartbeatRequest:
    """Return the body of a heartbeat.

    Args:
        inventory: for the version and the addresses.
        health: how the computer is.
        figures: what the machine has done.
        bin_pct: how full the bin is, or None.
        capture_complete: whether a picture that the server ordered has just arrived there.
    """
    cpu, warmth = _percent(health.cpu_pct), _number(health.cpu_c)
    full = _percent(bin_pct)
    return HeartbeatRequest(
        version=inventory.firmware_version[:MOST_VERSION],
        health_metrics=HeartbeatHealth(
            cpu_usage_percent=cpu,
            memory_usage_percent=_percent(health.memory_pct),
            disk_usage_percent=_percent(health.disk_pct),
            cpu_temperature=warmth,
            cpu_usage=cpu,
            gpu_usage=_percent(health.gpu_pct),
            temperature=warmth,
        ),
        ip_local=_address(inventory.ip_local),
        tailscale_ip=_address(inventory.ip_vpn),
        figures=_figures(figures),
        second_judge=_cut(inventory.second_judge, MOST_NAME),
        bin_capacity=None if full is None else round(full),
        capture_complete=capture_complete,
    )


def _figures(figures: Figures) -> FiguresInfo:
    return FiguresInfo(
        items=figures.items,
        dropped=figures.dropped,
        returned=figures.returned,
        waiting=figures.waiting,
        ambiguous=figures.ambiguous,
        dead=figures.dead,
        journal_rows=figures.journal_rows,
        journal_head=figures.journal_head,
    )


def _hardware(inventory: Inventory) -> HardwareInfo:
    board = inventory.microcontroller
    movers = [part.working for part in inventory.actuators if part.interface == "UART"]
    return HardwareInfo(
        microcontroller=None
        if board is None
        else Microcontroller(
            type="ESP32",
            connection="UART",
            port=board[0],
            baud_rate=board[1],
            status=_word(_all(movers), "connected", "disconnected"),
        ),
        cameras=tuple(
            CameraInfo(
                id=number,
                name=part.name,
                connection_type=part.interface,
                status=_word(part.working, "ready", "error"),
                role="object_detection",
            )
            for number, part in enumerate(inventory.cameras)
        ),
        sensors=tuple(
            SensorInfo(
                name=part.name,
                model=part.model,
                interface=part.interface,
                pins=dict(part.wires),
                status=_word(part.working, "online", "offline"),
                unit=part.unit,
            )
            for part in inventory.sensors
        ),
        actuators=tuple(
            ActuatorInfo(
                name=part.name,
                model=part.model,
                interface=part.interface,
                pins=dict(part.wires),
                status=_word(part.working, "online", "offline"),
            )
            for part in inventory.actuators
        ),
    )


def _check(parts: Sequence[Part]) -> str:
    return _word(_all([part.working for part in parts]), "pass", "fail")


def _all(findings: Iterable[bool | None]) -> bool | None:
    """Say False where one failed, True where all were found working, None where nobody knows."""
    seen = set(findings)
    if False in seen:
        return False
    return True if seen == {True} else None


def _word(working: bool | None, yes: str, no: str) -> str:  # noqa: FBT001 - a finding, not an option
    return "unknown" if working is None else yes if working else no


def _cut(text: str, most: int) -> str | None:
    return text[:most] or None


def _address(text: str | None) -> str | None:
    """Return an address that the server's rule takes, or None."""
    try:
        return None if text is None else str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 1)


def _percent(value: float | None) -> float | None:
    number = _number(value)
    return None if number is None else min(100.0, max(0.0, number))
