"""The simulator's own interface under ``/_sim/``, for whoever sits at the same computer."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from rvm_edge.simulator.cloud.admin_orders import (
    Behave,
    Broadcast,
    Misbehave,
    Network,
    Order,
    Standing,
)
from rvm_edge.simulator.cloud.books import Books
from rvm_edge.simulator.cloud.conduct import Conduct
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.records import Machine
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.untrusted_json import read_json

ADMIN = "/_sim/"
_MOST_BYTES = 65_536

Act = Callable[[Site, Conduct, bytes], dict[str, Json]]
"""Carries one order out and says what came of it; raises ValueError for one that cannot be."""


def administer(site: Site, conduct: Conduct, request: Request) -> Response:
    """Carry out what the person at this computer asks for.

    A page in a browser is refused wherever it comes from: it would reach this address too.
    """
    if not _from_here(request):
        return as_json(403, {"error": "only programs on this computer may ask this"})
    if request.path == f"{ADMIN}books" and request.method == "GET":
        return _told(site.books, conduct)
    act = _ACTS.get(request.path)
    if act is None:
        known = ", ".join(["GET books", *(f"POST {path[len(ADMIN) :]}" for path in _ACTS)])
        return as_json(404, {"error": f"there is no {request.path}; under {ADMIN} are {known}"})
    if request.method != "POST":
        return as_json(405, {"error": "POST a JSON object"}, {"Allow": "POST"})
    try:
        if len(request.body) > _MOST_BYTES:
            raise ValueError(f"at most {_MOST_BYTES} bytes")
        return as_json(200, act(site, conduct, request.body))
    except ValueError as refusal:  # what cannot be read is among them
        return as_json(422, {"error": str(refusal)})


def _from_here(request: Request) -> bool:
    try:
        near = ipaddress.ip_address(request.client).is_loopback
    except ValueError:
        return False
    named = urlsplit(request.origin).hostname in {"127.0.0.1", "::1", "localhost"}
    return near and named and not request.header("origin")


def _told(books: Books, conduct: Conduct) -> Response:
    told = {
        "dialect": books.dialect,
        "server_time": books.clock.iso(),
        "machines": [{**_public(one), "api_key": "(hidden)"} for one in books.machines],
        "users": [
            {"user_id": one.user_id, "name": one.name, "points": one.points}
            for one in books.users.values()
        ],
        "receipts": books.receipts,
        "transactions": books.transactions,
        "dataset": books.dataset,
        "models": [{"version": one.version, "sha256": one.sha256} for one in books.models],
        "reach": conduct.reach,
        "certificate": conduct.certificate,
        "misbehaviour": conduct.board.turned,
    }
    return Response(200, msgspec.json.encode(told))


def _public(machine: Machine) -> dict[str, Json]:
    found: dict[str, Json] = msgspec.to_builtins(machine)
    return found


def _misbehave(_site: Site, conduct: Conduct, body: bytes) -> dict[str, Json]:
    conduct.misbehave(read_json(body, Misbehave).asked())
    return {"in_force": len(conduct.board.turned)}


def _behave(_site: Site, conduct: Conduct, body: bytes) -> dict[str, Json]:
    conduct.behave(read_json(body or b"{}", Behave).mishap)
    return {"in_force": len(conduct.board.turned)}


def _network(site: Site, conduct: Conduct, body: bytes) -> dict[str, Json]:
    asked = read_json(body, Network)
    if asked.certificate is not None:
        conduct.certificate = asked.certificate
    if asked.clock_ahead_s is not None:
        site.clock.ahead_s = asked.clock_ahead_s
    if asked.reach is not None:
        conduct.reach = asked.reach
    return {"reach": conduct.reach.value, "certificate": conduct.certificate.value}


def _command(site: Site, _conduct: Conduct, body: bytes) -> dict[str, Json]:
    asked = read_json(body, Order)
    machine = _machine(site.books, asked.serial)
    command = site.books.queue_command(machine, asked.action, asked.payload)
    return {"serial": machine.serial, "action": command.action, "timestamp": command.timestamp}


def _broadcast(site: Site, _conduct: Conduct, body: bytes) -> dict[str, Json]:
    asked = read_json(body, Broadcast)
    if site.broadcasting is None:
        raise ValueError("this server has no Reverb")
    channel = f"rvm.{_machine(site.books, asked.serial).rvm_uuid}"
    reached = site.broadcasting.broadcaster.publish(channel, asked.event, asked.data)
    return {"channel": channel, "listeners": reached}


def _standing(site: Site, _conduct: Conduct, body: bytes) -> dict[str, Json]:
    asked = read_json(body, Standing)
    machine = _machine(site.books, asked.serial)
    machine.status = asked.status or machine.status
    machine.assignment = None if asked.unassign else asked.assignment or machine.assignment
    given = machine.assignment.value if machine.assignment else None
    return {"serial": machine.serial, "status": machine.status.value, "assignment": given}


def _machine(books: Books, serial: str) -> Machine:
    found = books.by_serial(serial) if serial else next(iter(books.machines), None)
    if found is None:
        raise ValueError(f"there is no machine '{serial}'")
    return found


_ACTS: dict[str, Act] = {
    f"{ADMIN}misbehave": _misbehave,
    f"{ADMIN}behave": _behave,
    f"{ADMIN}network": _network,
    f"{ADMIN}command": _command,
    f"{ADMIN}broadcast": _broadcast,
    f"{ADMIN}machine": _standing,
}
