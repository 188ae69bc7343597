"""`rvm-edge cloud-sim` as a process: used, asked, stopped."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = [sys.executable, "-m", "rvm_edge", "cloud-sim"]
HANDSHAKE = {"hardware_id": "RVM-7", "name": "Lab", "ip_local": None, "controller_type": "x"}


@contextmanager
def cloud_sim(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [*COMMAND, "--json", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=60)


def headers(told: dict[str, Any]) -> dict[str, str]:
    return {"X-RVM-API-KEY": told["credentials"]["api_key"], "Accept": "application/json"}


def test_a_machine_introduces_itself_and_every_request_is_a_line() -> None:
    with cloud_sim("--machine", "RVM-7", "--api-key", "k" * 64) as (process, told):
        assert told["credentials"]["api_key"] == "k" * 64
        url = f"{told['url']}/api/v1/edge/handshake"
        reply = httpx.post(url, json=HANDSHAKE, headers=headers(told))
        assert reply.status_code == 200
        assert reply.json()["data"]["kiosk"]["url"] == told["kiosk"]
        assert httpx.get(told["kiosk"]).status_code == 200
        httpx.post(f"{told['admin']}misbehave", json={"mishap": "reply_lost"})
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{told['url']}/up%0A")
        process.send_signal(signal.SIGINT)
        _, lines = process.communicate(timeout=60)
    assert process.returncode == 0
    first, second, third = [line.partition(" ")[2] for line in lines.splitlines()]
    assert first == "127.0.0.1 POST /api/v1/edge/handshake 200"
    assert second.startswith("127.0.0.1 GET /rvm-ui/")
    assert third == "127.0.0.1 GET /up\\n 404 reply_lost"
    assert "signature" not in lines


def test_credentials_are_written_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "rvm-credentials.json"
    path.touch(mode=0o644)
    with cloud_sim("--credentials", str(path), "--seed", "7") as (_, told):
        assert json.loads(path.read_text()) == told["credentials"]
        assert told["credentials"].keys() == {
            "serial_number",
            "api_key",
            "name",
            "generated_at",
            "server_url",
        }
        assert told["credentials"]["server_url"] == told["url"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_seed_gives_the_same_key() -> None:
    keys = []
    for _ in range(2):
        with cloud_sim("--seed", "3") as (_, told):
            keys.append(told["credentials"]["api_key"])
    assert keys[0] == keys[1]
    assert len(keys[0]) == 64


def test_over_tls_its_own_authority_is_trusted_and_no_other(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    with cloud_sim("--tls", "--ca-file", str(ca_file), "--dialect", "D") as (_, told):
        assert (told["ca_file"], told["dialect"]) == (str(ca_file), "D")
        trusted = ssl.create_default_context(cafile=ca_file)
        assert httpx.get(f"{told['url']}/up", verify=trusted).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{told['url']}/up")


def test_a_user_token_opens_the_doors_of_d() -> None:
    with cloud_sim("--dialect", "D", "--user-token", "1|me") as (_, told):
        url = f"{told['url']}/api/v1/edge/sync-offline"
        bearer = {"Authorization": "Bearer 1|me", "Accept": "application/json"}
        assert httpx.post(url, json={}, headers=headers(told)).status_code == 401
        assert httpx.post(url, json={}, headers=bearer).status_code == 422


def test_it_is_administered_even_while_it_refuses_everybody() -> None:
    with cloud_sim() as (_, told):
        asked = httpx.post(f"{told['admin']}network", json={"reach": "refused"})
        assert asked.status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{told['url']}/up")
        httpx.post(f"{told['admin']}behave", json={})
        assert httpx.get(f"{told['url']}/up").status_code == 200


def test_with_reverb_its_port_and_key_are_told() -> None:
    with cloud_sim("--reverb", "app-key") as (_, told):
        assert told["credentials"]["reverb_app_key"] == "app-key"
        reply = httpx.post(
            f"{told['url']}/api/v1/edge/handshake",
            json={**HANDSHAKE, "hardware_id": "x"},
            headers=headers(told),
        )
        port = reply.json()["data"]["websocket"]["port"]
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
        sent = httpx.post(f"{told['admin']}broadcast", json={"event": "session.authorized"})
        assert sent.json()["listeners"] == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_when_told(how: signal.Signals) -> None:
    with cloud_sim() as (process, _):
        process.send_signal(how)
        assert process.communicate(timeout=60)[1] == ""
        assert process.returncode == 0


def test_people_are_told_what_they_need() -> None:
    process = subprocess.Popen([*COMMAND, "--tls"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    begin = [
        "MyRVM server, dialect M, on https://",
        "admin",
        "kiosk page",
        "authority",
        "credentials",
    ]
    assert all(line.startswith(word) for line, word in zip(lines, begin, strict=True))


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--host", "192.0.2.1"], 1, "192.0.2.1:0: Cannot assign requested address"),
        (["--host", "0.0.0.0"], 2, "name one address"),  # noqa: S104 - refused
        (["--api-key", "ä"], 2, "printable ASCII"),
        (["--dialect", "X"], 2, "is not one of 'M', 'D'"),
        (["--credentials", "/proc/none"], 1, "/proc/none: No such file or directory"),
        (["--ca-file", "/proc/none"], 1, "/proc/none: No such file or directory"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(options: list[str], code: int, words: str) -> None:
    asked = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert asked.returncode == code
    assert words in asked.stderr
    assert asked.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        asked = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=60, check=False
        )
    assert asked.returncode == 1
    assert asked.stderr == (
        f"rvm-edge: 127.0.0.1:{port}: Address already in use; choose another with --port\n"
    )
