"""Serves a page of somebody else's, with its packages, from an origin of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rvm_edge.bridges.local.static_files import OWN, TYPES
from tests.one_socket_server import Answer, serving

PAGE = Path(__file__).parent / "page"
PACKAGED = (
    "vue/dist/vue.esm-browser.prod.js",
    "laravel-echo/dist/echo.js",
    "pusher-js/dist/web/pusher.min.js",
)


@dataclass
class PageServer:
    """A web server with a handful of files.

    Attributes:
        files: by path.
        port: where it listens.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    port: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, told: Mapping[str, object]) -> None:
        """Let the page know where everything is, as the server's own page does in its markup."""
        script = f"<script>window.KIOSK = {json.dumps(told)};</script>\n"
        markup = (PAGE / "index.html").read_text().replace("<script ", f"{script}<script ", 1)
        self.files["/"] = markup.encode()

    def answer(self, path: str) -> Answer:
        """Return the file at a path."""
        body = self.files.get(path)
        if body is None:
            return Answer(b"", status=404)
        return Answer(body, TYPES[Path(path).suffix or ".html"])


@asynccontextmanager
async def page_server(node_modules: Path) -> AsyncIterator[PageServer]:
    """Serve the small Vue page while inside.

    Args:
        node_modules: where its packages are.
    """
    files = [*PAGE.glob("*.js"), *OWN.glob("*.js"), *(node_modules / one for one in PACKAGED)]
    server = PageServer({f"/{one.name}": one.read_bytes() for one in files} | {"/favicon.ico": b""})
    async with serving(server.answer) as server.port:
        yield server
