"""Where a page may lead: to the machine's own pages and the server's, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from rvm_edge.settings.origins import plain_origin_of

_EMPTY = "about:blank"


class Fence:
    """The origins that may fill the screen."""

    def __init__(self, origins: Iterable[str]) -> None:
        """Name them; those without a host are left out."""
        self._origins = frozenset(filter(None, map(plain_origin_of, origins)))

    def lets(self, url: str) -> bool:
        """Say whether the screen may show this address."""
        return url == _EMPTY or (plain_origin_of(url) in self._origins)


def spoken(url: str) -> str:
    """Name an address in a log: without its path and query, which may hold a signature."""
    return plain_origin_of(url) or url.split(":", maxsplit=1)[0][:20] + ":…"
