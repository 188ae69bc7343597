"""The port's three addresses, and who may use them.

A failed request is answered 200 with ``success: false``: the page reads that, and shows an alert
that blocks it for anything that is no JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio
from quart import Response, request
from quart_trio import QuartTrio

from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.port8003 import answers
from rvm_edge.bridges.port8003.deposits import Deposits, NoItemError

MOST_BODY_BYTES: Final = 1024

_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "600",
}
"""To a page that was let in. Private networks are what Chromium asks about before version 142."""


def build_app(deposits: Deposits, admission: Admission, kiosk_url: Callable[[], str]) -> QuartTrio:
    """Return the application.

    Args:
        deposits: the machine's.
        admission: the names of this port, and the pages that may use it.
        kiosk_url: tells the server's page for this screen, which may use it too.
    """
    app = QuartTrio("rvm_edge.bridges.port8003", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.config["BODY_TIMEOUT"] = 5
    _guard(app, admission, kiosk_url)
    _serve(app, deposits)
    return app


def _guard(app: QuartTrio, admission: Admission, kiosk_url: Callable[[], str]) -> None:
    """Let in what the browser says comes from the right page, and say so to the browser."""

    def objection() -> str:
        origins = request.headers.getlist("Origin")
        return admission.refuses_host(request.headers.getlist("Host")) or (
            admission.refuses_origin(origins, kiosk_url())
        )

    @app.before_request
    async def _refuse_strangers() -> Response | None:
        if why := objection():
            return _json(answers.failed(why), 403)
        return Response(b"", 204, _PREFLIGHT) if request.method == "OPTIONS" else None

    @app.after_request
    async def _allow_origin(answer: Response) -> Response:
        answer.headers["Vary"] = "Origin"
        answer.headers["Cache-Control"] = "no-store"
        if not objection():
            answer.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        return answer


def _serve(app: QuartTrio, deposits: Deposits) -> None:
    at_work = trio.Lock()

    @app.route("/trigger", methods=["POST", "OPTIONS"])
    async def _trigger() -> Response:
        try:
            at_work.acquire_nowait()
        except trio.WouldBlock:
            return _json(answers.failed("another deposit is going on"))
        try:
            return _json(answers.of_item(await deposits.next_item()))
        except NoItemError as error:
            return _json(answers.failed(str(error)))
        finally:
            at_work.release()

    @app.route("/camera/start", methods=["POST", "OPTIONS"])
    async def _start() -> Response:
        return _json(answers.done())  # the machine's eyes need no page to open them

    @app.route("/camera/stop", methods=["POST", "OPTIONS"])
    async def _stop() -> Response:
        try:
            await deposits.end()
        except NoItemError as error:
            return _json(answers.failed(str(error)))
        return _json(answers.done())


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, content_type="application/json")
