"""POST /edge/deposit: a picture of an item is kept. Nobody is credited for it."""

from __future__ import annotations

import hashlib

from rvm_edge.simulator.cloud.bodies import decoded, form
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import Receipt
from rvm_edge.simulator.cloud.refusals import unprocessable
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.uploads import picture

MOST_KIB = 5120
_NAME_CHARACTERS = 40


def deposit(site: Site, request: Request) -> Response:
    """Keep a picture: every time anew, whatever was kept before."""
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    sent = form(request)
    fields = Fields(sent.fields)
    image = picture(sent, fields, "image", MOST_KIB, kinds=("jpeg", "jpg", "png"))
    status = fields.text("status", required=True)
    data = fields.text("data", required=True)
    if fields.errors or image is None:
        return unprocessable(request, site.origin, fields.errors)
    result = decoded(data)
    session_id = fields.text("session_id") or _text(result, "session_id")
    name = f"{site.books.new_text(_NAME_CHARACTERS)}.{'png' if image.kind == 'png' else 'jpg'}"
    folder = f"/storage/deposits/{site.clock.day()}"
    image_url = f"{folder}/{session_id}/{name}" if session_id else f"{folder}/{name}"
    now = site.clock.iso()
    site.books.receipts.append(
        Receipt(
            machine.rvm_id,
            session_id,
            _text(result, "client_uuid"),
            status,
            data,
            image_url,
            hashlib.sha256(image.content).hexdigest(),
            len(image.content),
            now,
        )
    )
    told: dict[str, Json] = {"image_url": image_url, "ai_result": result, "processed_at": now}
    return as_json(201, {"status": "success", "message": "Deposit processed", "data": told})


def _text(data: Json, key: str) -> str:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""
