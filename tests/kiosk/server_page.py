"""A server's page for the screen, on a real socket; at each visit it may be another one."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import trio

from tests.one_socket_server import Answer, serving

GOOD = """<!doctype html><title>server</title><h1>The server's page</h1><script>
const tell = () => document.visibilityState === "visible" && requestAnimationFrame(() =>
  fetch("/seen?at=" + encodeURIComponent(location.href)));
addEventListener("visibilitychange", tell); tell();
</script>"""
"""Tells the server when people can see it, and under which address."""


@dataclass
class ServerPage:
    """What the server does, and what it saw.

    Attributes:
        port: where it listens.
        status: of every answer.
        next_pages: what the next visits find instead of `GOOD`.
        targets: of all requests for the page, byte for byte.
        seen: where people saw the page.
    """

    port: int = 0
    status: int = 200
    next_pages: deque[str] = field(default_factory=deque)
    targets: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    _happened: trio.Event = field(default_factory=trio.Event)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/rvm-ui/7d3e?signature=ab%2F12&expires="

    async def until_seen(self, times: int = 1) -> None:
        """Return when people have seen it so often."""
        while len(self.seen) < times:
            await self._happened.wait()

    async def until_visited(self, times: int = 1) -> None:
        """Return when it was asked for so often."""
        while len(self.targets) < times:
            await self._happened.wait()

    def answer(self, target: str) -> Answer:
        """Return what is there now, and note who asked."""
        return Answer(self._page(target).encode(), status=self.status)

    def _page(self, target: str) -> str:
        page = ""
        if target.startswith("/seen"):
            self.seen.append(parse_qs(urlsplit(target).query)["at"][0])
        elif target.startswith("/favicon"):
            return ""
        else:
            self.targets.append(target)
            page = self.next_pages.popleft() if self.next_pages else GOOD
        self._happened.set()
        self._happened = trio.Event()
        return page


@asynccontextmanager
async def server_page() -> AsyncIterator[ServerPage]:
    """Serve while inside."""
    server = ServerPage()
    async with serving(server.answer) as server.port:
        yield server
