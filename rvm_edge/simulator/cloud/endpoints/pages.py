"""What people's browsers get: the probe, the home page, and a machine's signed page."""

from __future__ import annotations

from html import escape

import msgspec

from rvm_edge.simulator.cloud.endpoints.kiosk import page_config
from rvm_edge.simulator.cloud.exchange import Request, Response, as_json, as_page
from rvm_edge.simulator.cloud.refusals import no_route
from rvm_edge.simulator.cloud.signing import signed
from rvm_edge.simulator.cloud.site import Site


def up(_site: Site, _request: Request) -> Response:
    """Say that the application runs."""
    return as_page(200, "Application up")


def home(_site: Site, _request: Request) -> Response:
    """Show what a failed form is sent back to."""
    return as_page(200, "MyRVM")


def machine_page(site: Site, request: Request) -> Response:
    """Show a machine's page to whoever has exactly its signed address.

    The signature is checked before the machine is looked for, and there are no assets: the page
    shows its configuration and nothing else.
    """
    if not signed(site, request.origin, request.path, request.query):
        if request.wants_json:
            return as_json(403, {"message": "Invalid signature."})
        return as_page(403, "Invalid signature.")
    machine = site.books.by_uuid(request.path.rpartition("/")[2])
    if machine is None:
        return no_route(request)
    told = msgspec.json.encode(page_config(site, machine)).decode().replace("<", "\\u003c")
    return as_page(
        200,
        escape(machine.name or machine.serial),
        f'<div id="app"></div><script>window.KIOSK_CONFIG = {told};</script>',
    )
