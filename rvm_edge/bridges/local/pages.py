"""What the bridge serves over plain HTTP: the page, pictures, figures and health. All of it GET."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from quart import Response, request
from quart_trio import QuartTrio

from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.figures import Gauges
from rvm_edge.bridges.local.lookups import Loans
from rvm_edge.bridges.local.metrics import CONTENT_TYPE, exposition
from rvm_edge.bridges.local.parts import Snapshot
from rvm_edge.bridges.local.pictures import Glimpses, ItemPictures
from rvm_edge.bridges.local.places import MAINTENANCE, is_in
from rvm_edge.bridges.local.static_files import StaticFile
from rvm_edge.bridges.local.view import MachineView

INDEX: Final = "index.html"
MOST_BODY_BYTES: Final = 1024
STUCK_S: Final = 30.0
"""A step or an event that takes longer, and ``/healthz`` says so."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Exhibits:
    """What there is to see.

    Attributes:
        view: the machine.
        admission: who may ask.
        files: the page.
        items: pictures of the last items.
        glimpses: what a technician saw inside.
        loans: which pictures a technician may look up.
        gauges: the figures.
        snapshot: what is known of the machine.
    """

    view: MachineView
    admission: Admission
    files: Mapping[str, StaticFile]
    items: ItemPictures
    glimpses: Glimpses
    loans: Loans
    gauges: Gauges
    snapshot: Callable[[], Snapshot]


def build_pages(exhibits: Exhibits) -> QuartTrio:
    """Return an application that shows the exhibits."""
    app = QuartTrio("rvm_edge.bridges.local", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.config["BODY_TIMEOUT"] = 5
    _guard(app, exhibits)
    _show_machine(app, exhibits)
    _show_pictures(app, exhibits)

    @app.get("/")
    @app.get("/<path:name>")
    async def _file(name: str = INDEX) -> Response:
        file = exhibits.files.get(name)
        if file is None:
            return _text(404, "there is no such page here")
        if request.headers.get("If-None-Match") == file.etag:
            return Response(b"", 304, {"ETag": file.etag, "Cache-Control": "no-cache"})
        answer = Response(file.body, 200, content_type=file.content_type)
        answer.headers["ETag"] = file.etag
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    return app


def _guard(app: QuartTrio, exhibits: Exhibits) -> None:
    """Ask everybody who they mean, and tell browsers what they may do with the answer."""

    @app.before_request
    async def _refuse_strange_host() -> Response | None:
        why = exhibits.admission.refuses_host(request.headers.getlist("Host"))
        return _text(403, why) if why else None

    @app.after_request
    async def _add_headers(answer: Response) -> Response:
        for name, value in _HEADERS.items():
            answer.headers[name] = value
        if "Cache-Control" not in answer.headers:
            answer.headers["Cache-Control"] = "no-store"
        origins = request.headers.getlist("Origin")
        if origins and not exhibits.admission.refuses_origin(origins, exhibits.view.kiosk_url):
            answer.headers["Access-Control-Allow-Origin"] = origins[0]
            answer.headers["Vary"] = "Origin"
        return answer


def _show_machine(app: QuartTrio, exhibits: Exhibits) -> None:
    @app.get("/healthz")
    async def _healthz() -> Response:
        well = exhibits.view.is_progressing(STUCK_S)
        body = {
            "status": "ok" if well else "stuck",
            "configuration": list(exhibits.view.configuration),
        }
        answer = Response(json.dumps(body), 200 if well else 503)
        answer.content_type = "application/json"
        return answer

    @app.get("/metrics")
    async def _metrics() -> Response:
        figures = exposition(await exhibits.gauges.collect(exhibits.snapshot()))
        return Response(figures, 200, content_type=CONTENT_TYPE)


def _show_pictures(app: QuartTrio, exhibits: Exhibits) -> None:
    @app.get("/pictures/<uuid:client_uuid>.jpg")
    async def _item(client_uuid: object) -> Response:
        jpeg = await exhibits.items.get(str(client_uuid))
        return _text(404, "this picture is not kept here") if jpeg is None else _jpeg(jpeg)

    @app.get("/evidence/<uuid:client_uuid>.jpg")
    async def _kept(client_uuid: object) -> Response:
        return await _lent(str(client_uuid), exhibits.items.fetch)

    @app.get("/evidence/<uuid:client_uuid>.cut.jpg")
    async def _cut_out(client_uuid: object) -> Response:
        return await _lent(str(client_uuid), exhibits.items.fetch_cut_out)

    async def _lent(uuid: str, fetch: Callable[[str], Awaitable[bytes | None]]) -> Response:
        if not exhibits.loans.allow(uuid, request.args.get("ticket", "")):
            return _text(403, "only a technician may look up pictures, and only for a minute")
        jpeg = await fetch(uuid)
        return _text(404, "this picture is not kept here") if jpeg is None else _jpeg(jpeg)

    @app.get("/snapshot.jpg")
    async def _inside() -> Response:
        jpeg = exhibits.glimpses.get(request.args.get("ticket", ""))
        if jpeg is None or not is_in(exhibits.view.configuration, MAINTENANCE):
            return _text(403, "only a technician may look inside, in maintenance")
        return _jpeg(jpeg)


def _text(status: int, words: str) -> Response:
    return Response(f"{words}\n", status, content_type="text/plain; charset=utf-8")


def _jpeg(body: bytes) -> Response:
    return Response(body, 200, content_type="image/jpeg")
