"""POST /dataset/upload: a picture that was wanted for training. M has no such thing."""

from __future__ import annotations

from rvm_edge.simulator.cloud.bodies import form
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import DatasetPicture
from rvm_edge.simulator.cloud.refusals import unprocessable
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.uploads import picture

MOST_KIB = 10_240
_NAME_CHARACTERS = 13


def upload(site: Site, request: Request) -> Response:
    """Keep any file of the right size; what is in it is not looked at."""
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    sent = form(request)
    fields = Fields(sent.fields)
    image = picture(sent, fields, "image", MOST_KIB)
    camera_port = fields.text("camera_port", required=True)
    if fields.errors or image is None:
        return unprocessable(request, site.origin, fields.errors)
    kept = DatasetPicture(
        len(site.books.dataset) + 1,
        machine.rvm_id,
        camera_port,
        f"{site.books.new_text(_NAME_CHARACTERS)}_raw.jpg",
        len(image.content),
    )
    site.books.dataset.append(kept)
    data: dict[str, Json] = {
        "id": kept.number,
        "filename": kept.filename,
        "camera_port": camera_port,
    }
    return as_json(201, {"success": True, "message": "Image uploaded", "data": data})
