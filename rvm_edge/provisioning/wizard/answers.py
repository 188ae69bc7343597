"""What one opening of the set-up page answers to whoever is paired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil

import msgspec
import trio
from quart import Response, request

from rvm_edge.provisioning.admitting import Introduction, NotWelcomeError
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard import wire
from rvm_edge.provisioning.wizard.doorkeeper import COOKIE
from rvm_edge.provisioning.wizard.draft import Draft
from rvm_edge.provisioning.wizard.exchange import body, closed, json_answer, raw
from rvm_edge.provisioning.wizard.holding import Buttons, NotHeldError
from rvm_edge.provisioning.wizard.measuring import bin_distance_cm
from rvm_edge.provisioning.wizard.pairing import NotPairedError, PairingDesk, Session
from rvm_edge.provisioning.wizard.premises import (
    NotCleanedError,
    NotMovedError,
    NotShownError,
    Premises,
)

Admit = Callable[[Credentials, Site], Awaitable[Introduction]]
"""Makes the handshake and keeps what the server knows; raises `NotWelcomeError` or `OSError`."""


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
        return json_answer(self._now(session) if session else wire.DraftNow(paired=False))

    async def pair(self, _session: Session | None) -> Response:
        """Take the code; whoever pairs begins anew."""
        try:
            session = self.desk.pair((await body(wire.Paired)).code)
        except NotPairedError as error:
            wait_s = ceil(error.wait_s)
            name = "wait" if wait_s else "wrong_code"
            return json_answer(wire.Refused(name, str(error), wait_s), 429 if wait_s else 403)
        self.technician = request.remote_addr or ""
        self.draft = Draft()
        self.buttons.release()
        self._disk_pct = await self.premises.crowded_disk_pct()
        answer = json_answer(self._now(session))
        answer.set_cookie(
            COOKIE, session.cookie, path="/", secure=True, httponly=True, samesite="Strict"
        )
        return answer

    async def credentials(self, session: Session | None) -> Response:
        """Take the contents of a credentials file."""
        self.draft.take_file(await raw())
        return await self.hello(session)

    async def site(self, session: Session | None) -> Response:
        """Take what was chosen for the site."""
        self.draft.choose(await body(wire.SiteChoice))
        return await self.hello(session)

    async def bin(self, session: Session | None) -> Response:
        """Measure the bin, or take what is typed of it."""
        word = await body(wire.BinWord)
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
                return json_answer(wire.Refused("not_cleaned", str(error)), 409)
        self._disk_pct = done.after_pct
        return json_answer(done)

    async def hold(self, _session: Session | None) -> Response:
        """Move a part while its button is held: answered once that is over."""
        word = await body(wire.Hold)
        try:
            with self.buttons.held(word.press) as press:
                end = await self.premises.hold(word.part, press.over)
                return json_answer(wire.Held(end, press.unheard))
        except (NotMovedError, NotHeldError) as error:
            return json_answer(wire.Refused("not_moved", str(error)), 409)

    async def held(self, _session: Session | None) -> Response:
        """Take note that a button is held; said again and again while it is."""
        return json_answer(wire.StillHeld(self.buttons.still((await body(wire.Pressed)).press)))

    async def let_go(self, _session: Session | None) -> Response:
        """Take note that a button is held no more."""
        self.buttons.let_go((await body(wire.Pressed)).press)
        return json_answer(wire.StillHeld(held=False))

    async def looks(self, _session: Session | None) -> Response:
        """Tell what the doctor finds."""
        async with self._looking:
            return json_answer(wire.Looks(await self.premises.looks()))

    async def readings(self, _session: Session | None) -> Response:
        """Tell what the sensors read."""
        return json_answer(wire.Readings(await self.premises.readings()))

    async def picture(self, _session: Session | None) -> Response:
        """Show the chamber."""
        async with self._looking:
            try:
                return Response(await self.premises.picture(), content_type="image/jpeg")
            except NotShownError as error:
                return json_answer(wire.Refused("no_picture", str(error)), 409)

    async def finish(self, _session: Session | None) -> Response:
        """Ask the server, and keep everything."""
        async with self._finishing:
            if self.done.is_set():
                return closed()
            credentials, site = self.draft.complete()
            try:
                known = await self.admit(credentials, site)
            except NotWelcomeError as error:
                return json_answer(wire.Refused(error.standing.value, str(error)), 409)
            except OSError as error:
                return json_answer(wire.Refused("not_saved", error.strerror or str(error)), 500)
            self.done.set()
        return json_answer(wire.Finished(known.standing.value, known.trouble))

    def _now(self, session: Session) -> wire.DraftNow:
        return msgspec.structs.replace(
            self.draft.shown(session.csrf),
            moves_sorter=self.premises.moves_sorter,
            measures_bin=self.premises.measures_bin,
            disk_pct=self._disk_pct,
        )
