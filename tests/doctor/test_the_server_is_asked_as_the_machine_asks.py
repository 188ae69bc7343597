"""The doctor believes the authority that the machine believes, and goes the machine's way."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from rvm_edge.doctor.checks import server
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.settings import CloudSettings, Settings
from rvm_edge.settings.cloud import RequestSettings
from tests.doctor.conftest import Computer


class _Answers(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def own_authority(computer: Computer, tmp_path: Path) -> Iterator[str]:
    """A server that an authority of its own has signed, and its credentials."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with HTTPServer(("127.0.0.1", 0), _Answers) as serving:
        serving.socket = context.wrap_socket(serving.socket, server_side=True)
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        address = f"https://127.0.0.1:{serving.server_port}"
        said = {"server_url": address, "serial_number": "R", "name": "One", "api_key": "k" * 40}
        computer.write("var/lib/rvm-edge/rvm-credentials.json", json.dumps(said))
        try:
            yield str(path)
        finally:
            serving.shutdown()
            thread.join()


def _look(computer: Computer, ca_file: str) -> Finding:
    cloud = CloudSettings(request=RequestSettings(ca_file=ca_file))
    return server.look(computer.place(Settings(cloud=cloud)))


def test_a_server_of_an_own_authority_is_believed_where_the_machine_believes_it(
    computer: Computer, own_authority: str
) -> None:
    assert _look(computer, own_authority).level is Level.FINE
    stranger = _look(computer, "")
    assert stranger.level is Level.WARNING
    assert "certificate" in stranger.what


def test_a_proxy_of_whoever_asks_is_not_the_machines_way(
    computer: Computer, own_authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert _look(computer, own_authority).level is Level.FINE


def test_an_authority_that_cannot_be_read_is_a_failure(
    computer: Computer, own_authority: str
) -> None:
    found = _look(computer, f"{own_authority}.gone")
    assert (found.level, "ca_file" in found.what) == (Level.FAILURE, True)
