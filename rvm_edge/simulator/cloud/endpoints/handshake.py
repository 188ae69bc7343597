"""POST /edge/handshake: a machine introduces itself and is told who it is."""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from rvm_edge.simulator.cloud.bodies import json_fields
from rvm_edge.simulator.cloud.books import DONATION_USER
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import Machine
from rvm_edge.simulator.cloud.refusals import broken, unprocessable
from rvm_edge.simulator.cloud.signing import host_of, page_url
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.standing import handshaken

_TOKEN_S = 86_400
_PERCENTS = ("cpu_usage_percent", "memory_usage_percent", "disk_usage_percent")


def handshake(site: Site, request: Request) -> Response:
    """Check the body, write the machine down as online, and answer with its identity."""
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    fields = Fields(json_fields(request))
    hardware_id, name = _check(fields)
    if fields.errors:
        return unprocessable(request, site.origin, fields.errors)
    taken = any(one.hardware_id == hardware_id for one in site.books.machines if one is not machine)
    if taken or not fields.has("ip_local"):
        return broken(request)
    first, machine.hardware_id = machine.hardware_id is None, hardware_id
    if first and fields.value("controller_type") is None:
        return broken(request)  # the row is there now: the same request succeeds next time
    machine.name = name
    handshaken(machine, site.clock.now_s())
    return as_json(
        200,
        {
            "status": "success",
            "message": "Handshake successful",
            "data": _told(site, machine, fields.value("timezone")),
        },
    )


def _check(fields: Fields) -> tuple[str, str]:
    hardware_id = fields.text("hardware_id", required=True, most=100)
    name = fields.text("name", required=True, most=255)
    fields.address("ip_local")
    fields.address("ip_vpn")
    fields.text("timezone", most=50)
    fields.text("controller_type", most=100)
    for key in fields.mapping("system"):
        if key != "ai_models":
            fields.text(f"system.{key}", most=50)
    for key in fields.mapping("system.ai_models"):
        fields.text(f"system.ai_models.{key}", most=100)
    fields.mapping("health_metrics")
    for key in _PERCENTS:
        fields.number(f"health_metrics.{key}", least=0, most=100)
    fields.number("health_metrics.cpu_temperature")
    fields.mapping("hardware_info")
    fields.mapping("diagnostics")
    return hardware_id, name


def _told(site: Site, machine: Machine, timezone: Json) -> dict[str, Json]:
    policy: dict[str, Json] = {"is_maintenance_mode": False}  # it was just written online
    if site.dialect is Dialect.D:
        policy["system_donation_user_id"] = DONATION_USER
    policy["bin_full_threshold_percent"] = site.policy.bin_full_threshold_percent
    policy["camera_idle_timeout_sec"] = site.policy.camera_idle_timeout_sec
    policy["motor_speed_delay"] = site.policy.motor_speed_delay
    scheme, host, port = host_of(site.origin)
    if site.broadcasting is not None and site.broadcasting.port is not None:
        port = site.broadcasting.port
    return {
        "identity": {
            "rvm_id": machine.rvm_id,
            "rvm_uuid": machine.rvm_uuid,
            "rvm_name": machine.name,
        },
        "kiosk": {"url": page_url(site, machine.rvm_uuid), "timezone": timezone},
        "websocket": {
            "channel": f"rvm.{machine.rvm_uuid}",
            "auth_token": _auth_token(site, machine),
            "host": host,
            "port": port,
            "scheme": "wss" if scheme == "https" else "ws",
        },
        "policy": policy,
        "ai_model": _ai_model(site),
    }


def _auth_token(site: Site, machine: Machine) -> str:
    """Return what the server hands out and nothing ever verifies."""
    claims = {
        "machine_id": machine.rvm_id,
        "serial": machine.serial,
        "exp": int(site.clock.now_s()) + _TOKEN_S,
    }
    text = base64.b64encode(msgspec.json.encode(claims)).decode()
    return f"{text}.{hmac.new(site.secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def _ai_model(site: Site) -> dict[str, Json]:
    model = site.books.model
    if model is None:
        return {"target_version": "v1.0.0", "hash": None, "update_source_url": None}
    return {
        "target_version": model.version,
        "hash": model.sha256,
        "update_source_url": f"{site.origin}/api/v1/edge/download-model/{model.sha256}",
    }
