"""POST /edge/heartbeat: a machine is alive, and takes its commands away."""

from __future__ import annotations

from rvm_edge.simulator.cloud.bodies import json_fields
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import Command
from rvm_edge.simulator.cloud.refusals import no_technician
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.standing import AT_WORK, heard


def heartbeat(site: Site, request: Request) -> Response:
    """Take anything for a heartbeat: nothing in it is checked."""
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    if site.dialect is Dialect.M and machine.assignment not in AT_WORK:
        return no_technician()
    fields = Fields(json_fields(request))
    heard(machine, site.dialect, site.clock.now_s())
    machine.bin_capacity = fields.whole("bin_capacity") if fields.has("bin_capacity") else None
    machine.version = fields.text("version") or machine.version
    if site.dialect is Dialect.D:
        machine.capture_complete = fields.value("capture_complete") is True
    return as_json(
        200,
        {
            "status": "success",
            "server_time": site.clock.iso(),
            "commands": [_sent(command) for command in site.books.take_commands(machine)],
        },
    )


def _sent(command: Command) -> Json:
    sent: dict[str, Json] = {"action": command.action}
    if command.payload is not None:
        sent["payload"] = command.payload
    sent["timestamp"] = command.timestamp
    return sent
