"""The set-up page's application: a few static files, and a few questions and answers in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from quart import Response, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from rvm_edge.each_once import SaidTwiceError
from rvm_edge.provisioning.credentials import MOST_BYTES
from rvm_edge.provisioning.wizard import wire
from rvm_edge.provisioning.wizard.answers import Setup
from rvm_edge.provisioning.wizard.doorkeeper import COOKIE, CSRF_HEADER, HEADERS, Doorkeeper
from rvm_edge.provisioning.wizard.draft import NotEnteredError
from rvm_edge.provisioning.wizard.exchange import closed, json_answer
from rvm_edge.provisioning.wizard.pairing import Session
from rvm_edge.untrusted_json import UnreadableError

PAGE: Final = Path(__file__).parent / "page"
BODY_S: Final = 15
"""How long a body may take to come: a phone in a cellar is slow, and nothing else is this slow."""

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_CHANGING: Final = frozenset({"POST"})
_OPEN: Final = frozenset({"/api/hello", "/api/pair"})


def build_app(setup: Setup) -> QuartTrio:
    """Return the application."""
    app = QuartTrio("rvm_edge.provisioning.wizard", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["BODY_TIMEOUT"] = BODY_S
    keeper = Doorkeeper(setup.desk, setup.host)

    @app.before_request
    async def _keep_out() -> Response | None:
        changes = request.method in _CHANGING
        if why := keeper.objection(request.headers, changes=changes):
            return json_answer(wire.Refused("not_here", why), 403)
        if setup.done.is_set() and request.path.startswith("/api/"):
            return closed()
        return None

    @app.after_request
    async def _say_what_is_allowed(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    @app.errorhandler(NotEnteredError)
    async def _not_entered(error: NotEnteredError) -> Response:
        return json_answer(wire.Refused(error.problem, str(error)), 422)

    @app.errorhandler(HTTPException)
    async def _refused(error: HTTPException) -> Response:
        too_large = isinstance(error, RequestEntityTooLarge)
        name = "unreadable" if too_large else "not_here"
        return json_answer(wire.Refused(name, error.name), error.code or 500)

    @app.errorhandler(UnreadableError)
    @app.errorhandler(SaidTwiceError)
    async def _malformed(_error: Exception) -> Response:
        return json_answer(wire.Refused("malformed", "this is not what was asked for"), 400)

    _serve_files(app)
    for path, method, answer in (
        ("/api/hello", "GET", setup.hello),
        ("/api/pair", "POST", setup.pair),
        ("/api/credentials", "POST", setup.credentials),
        ("/api/site", "POST", setup.site),
        ("/api/bin", "POST", setup.bin),
        ("/api/clean", "POST", setup.clean),
        ("/api/hold", "POST", setup.hold),
        ("/api/held", "POST", setup.held),
        ("/api/let_go", "POST", setup.let_go),
        ("/api/looks", "POST", setup.looks),
        ("/api/readings", "POST", setup.readings),
        ("/api/picture", "POST", setup.picture),
        ("/api/finish", "POST", setup.finish),
    ):
        app.add_url_rule(
            path, path.rpartition("/")[2], _for_the_paired(setup, keeper, answer), methods=[method]
        )
    return app


def _for_the_paired(
    setup: Setup, keeper: Doorkeeper, answer: Callable[[Session | None], Awaitable[Response]]
) -> Callable[[], Awaitable[Response]]:
    async def view() -> Response:
        is_open = request.path in _OPEN
        session = keeper.session(
            request.cookies.get(COOKIE),
            request.headers.getlist(CSRF_HEADER),
            changes=request.method in _CHANGING and not is_open,
        )
        if session is None and not is_open:
            return json_answer(
                wire.Refused("not_paired", "type the code on the machine's screen"), 401
            )
        if session is not None:
            setup.technician = request.remote_addr or ""
        return await answer(session)

    return view


def _serve_files(app: QuartTrio) -> None:
    """Serve the page's own files, read once: what is not in the list does not exist."""
    files = {
        path.name: (path.read_bytes(), _TYPES[path.suffix])
        for path in PAGE.iterdir()
        if path.suffix in _TYPES
    }

    @app.route("/")
    @app.route("/<name>")
    async def _file(name: str = "index.html") -> Response:
        if name not in files:
            return json_answer(wire.Refused("not_here", "there is no such page"), 404)
        body, content_type = files[name]
        return Response(body, content_type=content_type)
