"""Who may come in: browsers let any page reach 127.0.0.1, so the address alone keeps nobody out.

A foreign page betrays itself by its `Origin`, a rebound name by its `Host`; both are compared whole
with a short list before anything is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable

from rvm_edge.settings.origins import origin_of


class Admission:
    """The names under which the bridge may be called, and the pages that may call it."""

    def __init__(self, port: int, origins: Iterable[str] = ()) -> None:
        """Make the lists.

        Args:
            port: the one that the bridge listens on.
            origins: of other pages that may use it.
        """
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        own = {f"http://{host}" for host in self._hosts}
        self._origins = frozenset(own | {origin_of(one) for one in origins} - {""})

    def refuses_host(self, hosts: Iterable[str]) -> str:
        """Say why a request for these `Host` headers is refused; "" if it is not."""
        named = [host.lower() for host in hosts]
        if len(named) == 1 and named[0] in self._hosts:
            return ""
        return "this is not the name of this machine's screen"

    def refuses_origin(self, origins: Iterable[str], kiosk_url: str = "") -> str:
        """Say why a page with these `Origin` headers may not speak with us; "" if it may.

        Args:
            origins: the values of all such headers; browsers send one, and always one.
            kiosk_url: of the server's page for this screen, which is welcome too; or "".
        """
        named = list(origins)
        if not named:
            return "who does not say where it comes from is not let in (no Origin)"
        if len(named) == 1 and named[0] and named[0] in (*self._origins, origin_of(kiosk_url)):
            return ""
        return "pages from there may not speak with this machine"
