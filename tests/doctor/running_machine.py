"""A machine that tells its figures to whoever asks on this computer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

from rvm_edge.settings import Settings
from rvm_edge.settings.screen import ScreenSettings


@contextmanager
def machine_telling(told: str | None) -> Iterator[Settings]:
    """Let a machine tell its figures; None is one that does not run."""

    class Figures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write((told or "").encode())

        def log_message(self, *_: object) -> None:
            return

    if told is None:
        with socket.socket() as nobody_listens:
            nobody_listens.bind(("127.0.0.1", 0))
            yield Settings(screen=ScreenSettings(port=nobody_listens.getsockname()[1]))
        return
    with HTTPServer(("127.0.0.1", 0), Figures) as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        yield Settings(screen=ScreenSettings(port=server.server_port))
        server.shutdown()
        thread.join(10)
