"""Serves a page of somebody else's, with its packages, from an origin of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from rvm_edge.bridges.local.static_files import OWN, TYPES

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

    async def answer(self, stream: trio.SocketStream) -> None:
        async with stream:
            head = b""
            while b"\r\n\r\n" not in head:
                some = await stream.receive_some(4096)
                if not some:
                    return
                head += some
            path = head.split(b" ", 2)[1].decode()
            body = self.files.get(path)
            kind = TYPES[Path(path).suffix or ".html"]
            status = "404 Not Found" if body is None else "200 OK"
            lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close"
            length = f"Content-Length: {len(body or b'')}"
            await stream.send_all(f"{lines}\r\n{length}\r\n\r\n".encode() + (body or b""))


@asynccontextmanager
async def page_server(node_modules: Path) -> AsyncIterator[PageServer]:
    """Serve the small Vue page while inside.

    Args:
        node_modules: where its packages are.
    """
    files = [*PAGE.glob("*.js"), *OWN.glob("*.js"), *(node_modules / one for one in PACKAGED)]
    server = PageServer({f"/{one.name}": one.read_bytes() for one in files} | {"/favicon.ico": b""})
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    server.port = listener.socket.getsockname()[1]
    failure: BaseException | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, server.answer, [listener])
        try:
            yield server
        except BaseException as error:  # noqa: BLE001 - raised again, in no group
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
