"""What the kiosk's page asks: its configuration, a session's token, maintenance commands."""

from __future__ import annotations

from rvm_edge.simulator.cloud.bodies import json_fields
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import Machine
from rvm_edge.simulator.cloud.refusals import throttled, unprocessable
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.standing import keep_watch

UUID_HEADER = "x-machine-uuid"
QR_REFRESH_S = 300
_TOKEN_CHARACTERS = 64


def config(site: Site, request: Request) -> Response:
    """Tell a page what it is; D tells it the machine's status too."""
    machine = _machine(site, request)
    if isinstance(machine, Response):
        return machine
    return as_json(200, {"status": "success", "data": page_config(site, machine)})


def session_token(site: Site, request: Request) -> Response:
    """Give out the content of a QR code. Nothing ever takes the token back."""
    machine = _machine(site, request)
    if isinstance(machine, Response):
        return machine
    token = site.books.new_text(_TOKEN_CHARACTERS)
    data: dict[str, Json] = {
        "token": token,
        "expires_at": site.clock.iso(QR_REFRESH_S),
        "expires_in": QR_REFRESH_S,
        "qr_content": f"myrvm://session/{token}?m={machine.rvm_uuid}",
    }
    return as_json(200, {"status": "success", "data": data})


def maintenance_command(site: Site, request: Request) -> Response:
    """Claim that a command was sent, and send none, as the server does."""
    machine = _machine(site, request)
    if isinstance(machine, Response):
        return machine
    fields = Fields(json_fields(request))
    command = fields.text("command", required=True)
    if fields.errors:
        return unprocessable(request, site.origin, fields.errors)
    data: dict[str, Json] = {
        "request_id": f"cmd_{site.books.new_text(8).lower()}",
        "command": command,
        "status": "sent",
    }
    return as_json(200, {"status": "success", "data": data})


def page_config(site: Site, machine: Machine) -> dict[str, Json]:
    """Return `window.KIOSK_CONFIG` of a machine's page."""
    keep_watch(machine, site.dialect, site.clock.now_s())
    told: dict[str, Json] = {
        "machine_uuid": machine.rvm_uuid,
        "machine_name": machine.name,
        "location": None,
        "timezone": "Asia/Jakarta",
        "theme_mode": "auto",
        "suggested_theme": "light",
        "qr_refresh_interval": QR_REFRESH_S,
        "websocket_channel": f"rvm.{machine.serial}",
        "api_base_url": f"{site.origin}/api/v1/kiosk",
    }
    if site.dialect is Dialect.D:
        told |= {
            "machine_id": machine.rvm_id,
            "assigned_technician": None,
            "status": machine.status.value,
        }
    return told


def _machine(site: Site, request: Request) -> Machine | Response:
    wait_s = site.kiosk_throttle.refuse(request.client, site.clock.now_s())
    if wait_s is not None:
        return throttled(request, wait_s)
    machine = site.books.by_uuid(request.header(UUID_HEADER))
    if machine is None:
        return as_json(404, {"status": "error", "message": "Machine not found"})
    return machine
