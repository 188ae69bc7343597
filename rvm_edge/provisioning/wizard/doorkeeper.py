"""What a request must be like before anything in it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from werkzeug.datastructures import Headers

from rvm_edge.provisioning.wizard.pairing import PairingDesk, Session, is_csrf

COOKIE: Final = "__Host-rvm-setup"
"""Browsers keep a cookie of this name only if it is Secure, of one host and of no domain."""

CSRF_HEADER: Final = "X-RVM-Setup"

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""

_OWN_FETCH: Final = frozenset({"same-origin", "none"})


class Doorkeeper:
    """Knows under which one name the page is called, and who has paired."""

    def __init__(self, desk: PairingDesk, host: str) -> None:
        """Begin.

        Args:
            desk: who has paired.
            host: address and port, as a browser writes them.
        """
        self._desk = desk
        self._host = host
        self._origin = f"https://{host}"

    def objection(self, headers: Headers, *, changes: bool) -> str:
        """Say why a request is not even looked at; "" if it is.

        Args:
            headers: the request's.
            changes: it is one that may change something.
        """
        if [one.lower() for one in headers.getlist("Host")] != [self._host]:
            return "this is not the address on the machine's screen"
        if changes and headers.getlist("Origin") != [self._origin]:
            return "pages from elsewhere may not speak with this machine"
        if changes and headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_FETCH:
            return "pages from elsewhere may not speak with this machine"
        if changes and _media_type(headers) != "application/json":
            return "only JSON is taken"
        return ""

    def session(self, cookie: str | None, csrf: Sequence[str], *, changes: bool) -> Session | None:
        """Return the session that a request belongs to; None where it belongs to none.

        Args:
            cookie: what the browser showed.
            csrf: what its page said.
            changes: it is one that may change something.
        """
        session = self._desk.session(cookie) if cookie else None
        if session is None or not changes:
            return session
        return session if len(csrf) == 1 and is_csrf(session, csrf[0]) else None


def _media_type(headers: Headers) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()
