"""The handshake by which credentials are tried tells of the machine as it is to be."""

from __future__ import annotations

import json

import pytest

from rvm_edge.identity import Identity, Secret
from rvm_edge.machine import Standing
from rvm_edge.provisioning.site import Site
from rvm_edge.settings import RequestSettings
from rvm_edge.simulator.cloud import CloudServer, InProcessTransport
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.telemetry import Deeds, Figures
from rvm_edge.uplink.introducing import introducing

HANDSHAKE = "/api/v1/edge/handshake"
ORIGIN = "https://rvm.example.org"


async def nothing_yet() -> Figures:
    return Figures()


@pytest.mark.parametrize(
    ("chosen", "told"), [("Asia/Jayapura", "Asia/Jayapura"), ("", "Asia/Jakarta")]
)
async def test_the_server_hears_the_zone_of_the_site_and_else_the_computers_own(
    chosen: str, told: str
) -> None:
    server = CloudServer(clock=lambda: 1.8e9, origin=ORIGIN)
    machine = server.add_machine("RVM-1")
    introduce = introducing(
        RequestSettings(), StillTelemetry(Deeds(nothing_yet, dict)), InProcessTransport(server)
    )
    identity = Identity(ORIGIN, "RVM-1", "Lab", Secret(machine.api_key))
    answer = await introduce(identity, Site(chosen))
    assert answer.standing is Standing.OK
    (request,) = server.requests_to(HANDSHAKE)
    assert json.loads(request.body)["timezone"] == told
