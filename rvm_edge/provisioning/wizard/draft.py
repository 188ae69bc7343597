"""What a technician has entered so far. In memory only: nothing is kept before the handshake."""

from __future__ import annotations

import msgspec

from rvm_edge.provisioning.admitting import at_server
from rvm_edge.provisioning.credentials import Credentials, CredentialsError, parse_credentials
from rvm_edge.provisioning.problems import Problem, ProblemError
from rvm_edge.provisioning.site import BinDepth, Site
from rvm_edge.provisioning.wizard.wire import DraftNow, SiteChoice

_NOWHERE = "https://server.invalid"
"""Stands for a server that nobody has named yet (RFC 2606); nothing is sent there."""


class NotEnteredError(Exception):
    """What was entered is of no use.

    Attributes:
        problem: by name.
    """

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class Draft:
    """Credentials and site, each replaced as a whole."""

    def __init__(self) -> None:
        self._credentials: Credentials | None = None
        self._server_url = ""
        self._site = Site()
        self._sited = False
        self._empty_cm: float | None = None
        self._bin: BinDepth | None = None

    def take_file(self, raw: bytes) -> None:
        """Take the contents of a credentials file; it need not name the server yet.

        Raises:
            NotEnteredError: they are of no use; what was there before is gone.
        """
        self._credentials, self._sited, self._server_url = None, False, ""
        try:
            self._credentials = _parsed(raw)
        except CredentialsError as error:
            raise NotEnteredError(error.problem.value, str(error)) from error
        server_url = self._credentials.identity.server_url
        self._server_url = "" if server_url == _NOWHERE else server_url

    def choose(self, choice: SiteChoice) -> None:
        """Take what was chosen for the site.

        Raises:
            NotEnteredError: the address is none, or the zone is unknown.
        """
        if self._credentials is None:
            raise NotEnteredError("no_credentials", "bring the credentials first")
        try:
            found = at_server(self._credentials, choice.server_url)
        except ProblemError as error:
            raise NotEnteredError(error.problem.value, str(error)) from error
        if found.identity.server_url == _NOWHERE:
            raise NotEnteredError(Problem.NO_SERVER.value, "name the server")
        try:
            self._site = Site(choice.time_zone, choice.language)
        except ValueError as error:
            raise NotEnteredError("bad_time_zone", str(error)) from error
        self._credentials, self._sited = found, True
        self._server_url = found.identity.server_url

    def measured_empty(self, distance_cm: float) -> None:
        """Take how far away the bottom of the empty bin is; full is to be said anew.

        Raises:
            NotEnteredError: no bin is so deep, or so flat; what was there before is gone.
        """
        self.leave_bin()
        _depth(distance_cm, 2.0)  # the nearest there is: only what is too near or far is refused
        self._empty_cm = distance_cm

    def measured_full(self, distance_cm: float) -> None:
        """Take how far away the topmost item is when no more fits.

        Raises:
            NotEnteredError: empty was not measured, or is not farther away by enough.
        """
        self._bin = None
        if self._empty_cm is None:
            raise NotEnteredError("no_empty", "measure the empty bin first")
        self._bin = _depth(self._empty_cm, distance_cm)

    def leave_bin(self) -> None:
        """Forget what was measured: the hardware map's figures count."""
        self._empty_cm = self._bin = None

    def complete(self) -> tuple[Credentials, Site]:
        """Return everything.

        Raises:
            NotEnteredError: something is missing yet.
        """
        if self._credentials is None or not self._sited:
            raise NotEnteredError("no_credentials", "bring the credentials and choose the site")
        return self._credentials, msgspec.structs.replace(self._site, bin=self._bin)

    def shown(self, csrf: str) -> DraftNow:
        """Return what the page may know of it."""
        now = DraftNow(
            True,
            csrf,
            server_url=self._server_url,
            time_zone=self._site.time_zone,
            language=self._site.language,
            sited=self._sited,
            empty_cm=self._empty_cm,
            full_cm=self._bin.full_cm if self._bin else None,
        )
        if self._credentials is None:
            return now
        who = self._credentials.identity
        return msgspec.structs.replace(now, serial=who.hardware_id, name=who.name)


def _depth(empty_cm: float, full_cm: float) -> BinDepth:
    try:
        return msgspec.convert({"empty_cm": empty_cm, "full_cm": full_cm}, BinDepth)
    except msgspec.ValidationError as error:
        raise NotEnteredError("bad_depth", str(error)) from error


def _parsed(raw: bytes) -> Credentials:
    try:
        return parse_credentials(raw)
    except CredentialsError as error:
        if error.problem is not Problem.NO_SERVER:
            raise
        return parse_credentials(raw, _NOWHERE)
