"""pusher-js and laravel-echo, unchanged from the registry, as clients of the simulated Reverb."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trustme

from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.reverb import ReverbServer
from tests.node_packages import NODE
from tests.simulator.cloud.reverb.talker import Talker, talking

BOTH = frozenset({"rvm.1", "private-rvm.1"})
PATIENCE_S = 30.0
HUSH = "hush"

LIBRARIES = pytest.mark.parametrize("library", ["pusher-js", "laravel-echo"])


class Foreigner:
    """A running client, and what it says of what it hears."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._pending = b""

    async def tells(self, what: str, **expected: Json) -> dict[str, Json]:
        """Return its next line of this kind that says at least this; pass over the others."""
        with trio.fail_after(PATIENCE_S):
            while True:
                told: dict[str, Json] = json.loads(await self._line())
                if told["what"] == what and expected.items() <= told.items():
                    return told

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        while b"\n" not in self._pending:
            data = await self._process.stdout.receive_some()
            assert data, f"the client ended, saying {self._pending!r}"
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    async def leave(self) -> int:
        """Have it disconnect, and return its exit status."""
        assert self._process.stdin is not None
        await self._process.stdin.aclose()
        with trio.fail_after(PATIENCE_S):
            return await self._process.wait()


@asynccontextmanager
async def foreigner(
    script: Path, library: str, port: int, *, signed_with: str = HUSH, ca_file: Path | None = None
) -> AsyncIterator[Foreigner]:
    scheme = "ws" if ca_file is None else "wss"
    trusted = {} if ca_file is None else {"NODE_EXTRA_CA_CERTS": str(ca_file)}
    process = await trio.lowlevel.open_process(
        [NODE, script, library, str(port), "key", signed_with, scheme],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **trusted},
    )
    try:
        yield Foreigner(process)
    finally:
        process.kill()
        await process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            await trio.aclose_forcefully(pipe)


def everywhere(server: ReverbServer) -> Callable[[], bool]:
    return lambda: any(client.channels == BOTH for client in server.connections)


async def converse(server: ReverbServer, client: Foreigner, talker: Talker) -> None:
    """Have the client hear an event on each channel, and whisper with another client."""
    await talker.socket_id()
    await server.until(everywhere(server))
    for channel in BOTH:
        data: dict[str, Json] = {"command": "test_led", "params": {}, "request_id": channel}
        assert await server.broadcast(channel, "hardware.command", data) == 1
        heard = await client.tells("event", channel=channel)
        assert heard["data"] == {"command": "test_led", "params": [], "request_id": channel}
    await talker.subscribe(
        "private-rvm.1", server.auth(server.connections[-1].socket_id, "private-rvm.1")
    )
    await talker.hear()
    await talker.say('{"event":"client-question","channel":"private-rvm.1","data":{"n":[1,{}]}}')
    await client.tells("whisper", data={"n": [1, {}]})
    assert json.loads(await talker.hear()) == {
        "event": "client-answer",
        "channel": "private-rvm.1",
        "data": {"heard": {"n": [1, {}]}},
    }


@LIBRARIES
async def test_they_subscribe_hear_events_and_whisper(library: str, listener_script: Path) -> None:
    server = ReverbServer("key", Secret(HUSH))
    async with server.serving() as port, foreigner(listener_script, library, port) as client:
        await server.until(everywhere(server))
        async with talking(port) as talker:
            await converse(server, client, talker)
        assert await client.leave() == 0
        await server.until(lambda: not server.connections)


@LIBRARIES
async def test_they_do_so_over_tls(library: str, listener_script: Path, tmp_path: Path) -> None:
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    its_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(its_context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    server = ReverbServer("key", Secret(HUSH))
    async with (
        server.serving(tls_context=its_context) as port,
        foreigner(listener_script, library, port, ca_file=ca_file) as client,
    ):
        await server.until(everywhere(server))
        async with talking(port, tls=trusting) as talker:
            await converse(server, client, talker)


@LIBRARIES
async def test_they_ping_after_the_silence_that_they_were_told_of(
    library: str, listener_script: Path
) -> None:
    server = ReverbServer("key", Secret(HUSH), activity_timeout_s=1)
    async with server.serving() as port, foreigner(listener_script, library, port):
        with trio.fail_after(PATIENCE_S):
            await server.until(
                lambda: any("pusher:ping" in one.heard for one in server.connections)
            )
        assert len(server.connections) == 1


@LIBRARIES
async def test_they_come_back_and_subscribe_again_when_they_are_dropped(
    library: str, listener_script: Path
) -> None:
    server = ReverbServer("key", Secret(HUSH))
    async with server.serving() as port, foreigner(listener_script, library, port) as client:
        await server.until(everywhere(server))
        (first,) = server.connections
        first.drop()
        with trio.fail_after(PATIENCE_S):
            await server.until(lambda: first not in server.connections)
            await server.until(everywhere(server))
        await server.broadcast("rvm.1", "hardware.command", {"command": "again"})
        await client.tells("event", channel="rvm.1", data={"command": "again"})


async def test_a_wrong_signature_keeps_them_out_of_the_private_channel(
    listener_script: Path,
) -> None:
    server = ReverbServer("key", Secret(HUSH))
    async with (
        server.serving() as port,
        foreigner(listener_script, "pusher-js", port, signed_with="guessed") as client,
    ):
        await client.tells("subscribed", channel="rvm.1")
        await client.tells("error", code=4009)
        assert [one.channels for one in server.connections] == [{"rvm.1"}]


async def test_an_unknown_application_is_given_up_by_them(listener_script: Path) -> None:
    server = ReverbServer("other", Secret(HUSH))
    async with (
        server.serving() as port,
        foreigner(listener_script, "pusher-js", port) as client,
    ):
        await client.tells("error", code=4001)
        await client.tells("state", current="disconnected")
