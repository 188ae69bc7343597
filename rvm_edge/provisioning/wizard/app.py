"""The set-up page's application: a few static files, and a few questions and answers in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import trio
from quart import Response, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from rvm_edge.each_once import SaidTwiceError, require_each_once
from rvm_edge.provisioning.admitting import Introduction, NotWelcomeError
from rvm_edge.provisioning.credentials import MOST_BYTES, Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard import wire
from rvm_edge.provisioning.wizard.doorkeeper import COOKIE, CSRF_HEADER, HEADERS, Doorkeeper
from rvm_edge.provisioning.wizard.draft import Draft, NotEnteredError
from rvm_edge.provisioning.wizard.holding import Buttons, NotHeldError
from rvm_edge.provisioning.wizard.measuring import bin_distance_cm
from rvm_edge.provisioning.wizard.pairing import NotPairedError, PairingDesk, Session
from rvm_edge.provisioning.wizard.premises import (
    NotCleanedError,
    NotMovedError,
    NotShownError,
    Premises,
)
from rvm_edge.untrusted_json import UnreadableError, read_json

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

Admit = Callable[[Credentials, Site], Awaitable[Introduction]]
"""Makes the handshake and keeps what the server knows; raises `NotWelcomeError` or `OSError`."""

S = TypeVar("S", bound=msgspec.Struct)


@dataclass
class Setup:
    """One opening of the page.

    Attributes:
        desk: who has paired.
        premises: the machine around it.
        admit: ends it well.
        host: address and port, as a browser writes them.
        done: set once credentials are kept; nothing is answered any more but that.
        draft: what was entered so far, by whoever is paired.
        buttons: which of the page's is held.
        technician: the address that whoever is paired was last heard from; "" for nobody.
    """

    desk: PairingDesk
    premises: Premises
    admit: Admit
    host: str
    done: trio.Event = field(default_factory=trio.Event)
    draft: Draft = field(default_factory=Draft)
    buttons: Buttons = field(default_factory=Buttons)
    technician: str = ""
    _disk_pct: float | None = None
    _looking: trio.Lock = field(default_factory=trio.Lock)
    _finishing: trio.Lock = field(default_factory=trio.Lock)

    async def hello(self, session: Session | None) -> Response:
        """Say how far the set-up has come."""
        return _json(self._now(session) if session else wire.DraftNow(paired=False))

    async def pair(self, _session: Session | None) -> Response:
        """Take the code; whoever pairs begins anew."""
        try:
            session = self.desk.pair((await _body(wire.Paired)).code)
        except NotPairedError as error:
            wait_s = ceil(error.wait_s)
            name = "wait" if wait_s else "wrong_code"
            return _json(wire.Refused(name, str(error), wait_s), 429 if wait_s else 403)
        self.technician = request.remote_addr or ""
        self.draft = Draft()
        self.buttons.release()
        self._disk_pct = await self.premises.crowded_disk_pct()
        answer = _json(self._now(session))
        answer.set_cookie(
            COOKIE, session.cookie, path="/", secure=True, httponly=True, samesite="Strict"
        )
        return answer

    async def credentials(self, session: Session | None) -> Response:
        """Take the contents of a credentials file."""
        self.draft.take_file(await _raw())
        return await self.hello(session)

    async def site(self, session: Session | None) -> Response:
        """Take what was chosen for the site."""
        self.draft.choose(await _body(wire.SiteChoice))
        return await self.hello(session)

    async def bin(self, session: Session | None) -> Response:
        """Measure the bin, or take what is typed of it."""
        word = await _body(wire.BinWord)
        async with self._looking:
            if word.what == "empty":
                self.draft.measured_empty(await bin_distance_cm(self.premises))
            elif word.what == "full":
                typed = word.cm
                full = await bin_distance_cm(self.premises) if typed is None else typed
                self.draft.measured_full(full)
            else:
                self.draft.leave_bin()
        return await self.hello(session)

    async def clean(self, _session: Session | None) -> Response:
        """Free the disk where it is crowded."""
        async with self._looking:
            try:
                done = await self.premises.clean()
            except NotCleanedError as error:
                return _json(wire.Refused("not_cleaned", str(error)), 409)
        self._disk_pct = done.after_pct
        return _json(done)

    async def hold(self, _session: Session | None) -> Response:
        """Move a part while its button is held: answered once that is over."""
        word = await _body(wire.Hold)
        try:
            with self.buttons.held(word.press) as press:
                end = await self.premises.hold(word.part, press.over)
                return _json(wire.Held(end, press.unheard))
        except (NotMovedError, NotHeldError) as error:
            return _json(wire.Refused("not_moved", str(error)), 409)

    async def held(self, _session: Session | None) -> Response:
        """Take note that a button is held; said again and again while it is."""
        return _json(wire.StillHeld(self.buttons.still((await _body(wire.Pressed)).press)))

    async def let_go(self, _session: Session | None) -> Response:
        """Take note that a button is held no more."""
        self.buttons.let_go((await _body(wire.Pressed)).press)
        return _json(wire.StillHeld(held=False))

    async def looks(self, _session: Session | None) -> Response:
        """Tell what the doctor finds."""
        async with self._looking:
            return _json(wire.Looks(await self.premises.looks()))

    async def readings(self, _session: Session | None) -> Response:
        """Tell what the sensors read."""
        return _json(wire.Readings(await self.premises.readings()))

    async def picture(self, _session: Session | None) -> Response:
        """Show the chamber."""
        async with self._looking:
            try:
                return Response(await self.premises.picture(), content_type="image/jpeg")
            except NotShownError as error:
                return _json(wire.Refused("no_picture", str(error)), 409)

    async def finish(self, _session: Session | None) -> Response:
        """Ask the server, and keep everything."""
        async with self._finishing:
            if self.done.is_set():
                return _closed()
            credentials, site = self.draft.complete()
            try:
                known = await self.admit(credentials, site)
            except NotWelcomeError as error:
                return _json(wire.Refused(error.standing.value, str(error)), 409)
            except OSError as error:
                return _json(wire.Refused("not_saved", error.strerror or str(error)), 500)
            self.done.set()
        return _json(wire.Finished(known.standing.value, known.trouble))

    def _now(self, session: Session) -> wire.DraftNow:
        return msgspec.structs.replace(
            self.draft.shown(session.csrf),
            moves_sorter=self.premises.moves_sorter,
            measures_bin=self.premises.measures_bin,
            disk_pct=self._disk_pct,
        )


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
            return _json(wire.Refused("not_here", why), 403)
        if setup.done.is_set() and request.path.startswith("/api/"):
            return _closed()
        return None

    @app.after_request
    async def _say_what_is_allowed(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    @app.errorhandler(NotEnteredError)
    async def _not_entered(error: NotEnteredError) -> Response:
        return _json(wire.Refused(error.problem, str(error)), 422)

    @app.errorhandler(HTTPException)
    async def _refused(error: HTTPException) -> Response:
        too_large = isinstance(error, RequestEntityTooLarge)
        name = "unreadable" if too_large else "not_here"
        return _json(wire.Refused(name, error.name), error.code or 500)

    @app.errorhandler(UnreadableError)
    @app.errorhandler(SaidTwiceError)
    async def _malformed(_error: Exception) -> Response:
        return _json(wire.Refused("malformed", "this is not what was asked for"), 400)

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
            return _json(wire.Refused("not_paired", "type the code on the machine's screen"), 401)
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
            return _json(wire.Refused("not_here", "there is no such page"), 404)
        body, content_type = files[name]
        return Response(body, content_type=content_type)


async def _raw() -> bytes:
    return await request.get_data(cache=False, as_text=False, parse_form_data=False)


async def _body(kind: type[S]) -> S:
    raw = await _raw()
    said = read_json(raw, kind)
    require_each_once(raw)
    return said


def _closed() -> Response:
    return _json(wire.Refused("closed", "the machine is set up"), 410)


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
