"""What the bridge serves over plain HTTP: the page, pictures, figures and health. All of it GET."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.answer import Answer, Asked, in_words
from rvm_edge.bridges.local.figures import Gauges
from rvm_edge.bridges.local.lookups import Loans
from rvm_edge.bridges.local.metrics import CONTENT_TYPE, exposition
from rvm_edge.bridges.local.parts import Snapshot
from rvm_edge.bridges.local.pictures import Glimpses, ItemPictures
from rvm_edge.bridges.local.places import MAINTENANCE, is_in
from rvm_edge.bridges.local.static_files import StaticFile
from rvm_edge.bridges.local.view import MachineView

INDEX: Final = "index.html"
STUCK_S: Final = 30.0
"""A step or an event that takes longer, and ``/healthz`` says so."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
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
_UUID: Final = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_LOG = logging.getLogger(__name__)

_NOT_KEPT: Final = in_words(HTTPStatus.NOT_FOUND, "this picture is not kept here")
_NOT_LENT: Final = in_words(
    HTTPStatus.FORBIDDEN, "only a technician may look up pictures, and only for a minute"
)
_NOT_INSIDE: Final = in_words(
    HTTPStatus.FORBIDDEN, "only a technician may look inside, in maintenance"
)
_NO_SUCH_PAGE: Final = in_words(HTTPStatus.NOT_FOUND, "there is no such page here")
_ONLY_READ: Final = in_words(
    HTTPStatus.METHOD_NOT_ALLOWED, "pages here are only to be read"
).but_with({"Allow": "GET, HEAD"})
_FAILED: Final = in_words(
    HTTPStatus.INTERNAL_SERVER_ERROR, "this cannot be shown; the machine's log says why"
)

Show = Callable[[Asked, str], Awaitable[Answer]]
"""Answers a request for what its path names."""


class Exhibits(msgspec.Struct, frozen=True):
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


class Pages:
    """An ASGI application that shows the exhibits.

    Without a framework: a framework's imports alone are a quarter of the time in which a machine
    that was killed shall serve again, and what is asked for here has neither body nor session.
    """

    def __init__(self, exhibits: Exhibits) -> None:
        self._shown = exhibits
        self._rooms: tuple[tuple[re.Pattern[str], Show], ...] = tuple(
            (re.compile(path), show)
            for path, show in (
                ("/healthz", self._health),
                ("/metrics", self._metrics),
                (f"/pictures/{_UUID}[.]jpg", self._item),
                (f"/evidence/{_UUID}[.]jpg", self._kept),
                (f"/evidence/{_UUID}[.]cut[.]jpg", self._cut_out),
                ("/snapshot[.]jpg", self._inside),
                ("/(.*)", self._file),
            )
        )

    async def __call__(
        self, scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":  # the bridge's own was told apart at the door
            await send({"type": "websocket.close", "code": 1000, "reason": None})
        elif scope["type"] == "http":
            asked = Asked(scope)
            await (await self._answered(asked)).but_with(self._headers(asked)).give(send)

    async def _answered(self, asked: Asked) -> Answer:
        why = self._shown.admission.refuses_host(asked.headers("Host"))
        if why:
            return in_words(HTTPStatus.FORBIDDEN, why)
        if not asked.is_to_read:
            return _ONLY_READ
        for path, show in self._rooms:
            found = path.fullmatch(asked.path)
            if found:
                try:
                    return await show(asked, found[path.groups])
                except Exception:  # noqa: BLE001 - one page's trouble must not become the others'
                    _LOG.exception("a page could not be shown")
                    return _FAILED
        return _NO_SUCH_PAGE

    def _headers(self, asked: Asked) -> dict[str, str]:
        """Tell browsers what they may do with an answer."""
        shown, origins = self._shown, asked.headers("Origin")
        if not origins or shown.admission.refuses_origin(origins, shown.view.kiosk_url):
            return _HEADERS
        return {**_HEADERS, "Access-Control-Allow-Origin": origins[0], "Vary": "Origin"}

    async def _file(self, asked: Asked, name: str) -> Answer:
        file = self._shown.files.get(name or INDEX)
        if file is None:
            return _NO_SUCH_PAGE
        headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
        if file.etag in asked.headers("If-None-Match"):
            return Answer(HTTPStatus.NOT_MODIFIED, headers=headers)
        return Answer(HTTPStatus.OK, file.body, file.content_type, headers)

    async def _health(self, _asked: Asked, _path: str) -> Answer:
        well = self._shown.view.is_progressing(STUCK_S)
        body = {
            "status": "ok" if well else "stuck",
            "configuration": list(self._shown.view.configuration),
        }
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(status, json.dumps(body).encode(), "application/json")

    async def _metrics(self, _asked: Asked, _path: str) -> Answer:
        figures = exposition(await self._shown.gauges.collect(self._shown.snapshot()))
        return Answer(HTTPStatus.OK, figures.encode(), CONTENT_TYPE)

    async def _item(self, _asked: Asked, uuid: str) -> Answer:
        return _picture(await self._shown.items.get(uuid))

    async def _kept(self, asked: Asked, uuid: str) -> Answer:
        return await self._lent(asked, uuid, self._shown.items.fetch)

    async def _cut_out(self, asked: Asked, uuid: str) -> Answer:
        return await self._lent(asked, uuid, self._shown.items.fetch_cut_out)

    async def _lent(
        self, asked: Asked, uuid: str, fetch: Callable[[str], Awaitable[bytes | None]]
    ) -> Answer:
        if not self._shown.loans.allow(uuid, asked.argument("ticket")):
            return _NOT_LENT
        return _picture(await fetch(uuid))

    async def _inside(self, asked: Asked, _path: str) -> Answer:
        jpeg = self._shown.glimpses.get(asked.argument("ticket"))
        if jpeg is None or not is_in(self._shown.view.configuration, MAINTENANCE):
            return _NOT_INSIDE
        return _picture(jpeg)


def _picture(jpeg: bytes | None) -> Answer:
    return _NOT_KEPT if jpeg is None else Answer(HTTPStatus.OK, jpeg, "image/jpeg")
