"""POST /broadcasting/auth: a signature for a private channel, where the server has a Reverb."""

from __future__ import annotations

from rvm_edge.simulator.cloud.bodies import json_fields
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.refusals import no_route, unprocessable
from rvm_edge.simulator.cloud.site import Site


def authorize(site: Site, request: Request) -> Response:
    """Sign a machine's own channel for its socket."""
    if site.broadcasting is None:
        return no_route(request)
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    fields = Fields(json_fields(request))
    socket_id = fields.text("socket_id", required=True)
    channel = fields.text("channel_name", required=True)
    if fields.errors:
        return unprocessable(request, site.origin, fields.errors)
    if channel != f"private-rvm.{machine.rvm_uuid}":
        return as_json(403, {"message": "This action is unauthorized."})
    return as_json(200, {"auth": site.broadcasting.broadcaster.auth(socket_id, channel)})
