"""Which path leads to which endpoint, at which version of the server."""

from __future__ import annotations

import re

import msgspec

from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.endpoints import (
    broadcasting_auth,
    dataset,
    deposit,
    handshake,
    heartbeat,
    kiosk,
    pages,
    people_only,
    releases,
    sync_d,
    sync_m,
)
from rvm_edge.simulator.cloud.exchange import Request, Response
from rvm_edge.simulator.cloud.refusals import no_route, too_large, wrong_verb
from rvm_edge.simulator.cloud.site import Endpoint, Site

_API = "/api/v1"


class Route(msgspec.Struct, frozen=True):
    """One line of the table.

    Attributes:
        method: in capitals.
        path: with ``*`` for one segment.
        endpoint: what answers.
        only: the version that has it; None for both.
    """

    method: str
    path: str
    endpoint: Endpoint
    only: Dialect | None = None

    def leads(self, path: str) -> bool:
        """Say whether a request's path is this one."""
        return re.fullmatch(re.escape(self.path).replace(r"\*", "[^/]+"), path) is not None


ROUTES = (
    Route("GET", "/", pages.home),
    Route("GET", "/up", pages.up),
    Route("GET", "/rvm-ui/*", pages.machine_page),
    Route("POST", f"{_API}/edge/handshake", handshake.handshake),
    Route("POST", f"{_API}/edge/heartbeat", heartbeat.heartbeat),
    Route("POST", f"{_API}/edge/deposit", deposit.deposit),
    Route("POST", f"{_API}/edge/sync-offline", sync_m.sync_offline, Dialect.M),
    Route("POST", f"{_API}/edge/sync-offline", sync_d.sync_offline, Dialect.D),
    Route("POST", f"{_API}/dataset/upload", dataset.upload, Dialect.D),
    Route("GET", f"{_API}/edge/model-sync", people_only.model_sync),
    Route("GET", f"{_API}/edge/download-model/*", people_only.download_model),
    Route("POST", f"{_API}/edge/upload-image", people_only.accept),
    Route("POST", f"{_API}/edge/register", people_only.register),
    Route("POST", f"{_API}/devices/*/telemetry", people_only.accept),
    Route("POST", f"{_API}/technician/validate-pin", people_only.accept),
    Route("GET", f"{_API}/kiosk/config", kiosk.config),
    Route("POST", f"{_API}/kiosk/session/token", kiosk.session_token),
    Route("POST", f"{_API}/kiosk/maintenance/command", kiosk.maintenance_command),
    Route("POST", "/broadcasting/auth", broadcasting_auth.authorize),
    Route("GET", "/repos/*/*/releases/latest", releases.latest),
    Route("GET", "/*/*/releases/download/*/*", releases.asset),
    Route("GET", "/release-assets/*/*", releases.content),
)
"""The whole server. GitHub's few paths lie beside it, so that one address is enough."""


def respond(site: Site, request: Request) -> Response:
    """Carry one request out."""
    if site.body_limit_bytes is not None and len(request.body) > site.body_limit_bytes:
        return too_large()
    found = [
        route
        for route in ROUTES
        if route.only in {None, site.dialect} and route.leads(request.path)
    ]
    if not found:
        return no_route(request)
    for route in found:
        if route.method == request.method or (route.method, request.method) == ("GET", "HEAD"):
            return route.endpoint(site, request)
    allowed = [
        m
        for route in found
        for m in ([route.method, "HEAD"] if route.method == "GET" else [route.method])
    ]
    return wrong_verb(request, allowed)
