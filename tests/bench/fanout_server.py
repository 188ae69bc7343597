"""Servers that tell subscribers of events: ours, and the floor beneath it.

``python -m tests.bench.fanout_server ours|bare`` prints its port, and publishes while anybody
listens. Every event holds the moment of its change, in seconds of the system's monotonic clock.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import socket
import sys
import time
from collections.abc import Callable

import trio

from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.frames import text_frame
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.identity import Secret
from rvm_edge.statechart.definition import Configuration
from rvm_edge.statechart.journal.record import Record
from rvm_edge.statechart.publishing import Step
from tests.bridges.local.staged_machine import StagedMachine

PEER = ("fastapi", "uvicorn", "websockets")
EVENTS_PER_S = 100
STAMP = "changed:"

_LINK = "operational.link.offline_guest"
_LEAVES = ("operational.intake.idle", "operational.intake.full")


def peer_is_there() -> bool:
    """Say whether the peer can be imported."""
    return all(importlib.util.find_spec(name) for name in PEER)


def change_now(number: int) -> Step:
    """Make a step that happens now."""
    before: Configuration = (_LINK, _LEAVES[number % 2])
    after: Configuration = (_LINK, _LEAVES[(number + 1) % 2])
    title = f"{STAMP}{time.perf_counter():.7f}"
    record = Record(number, "", 0.0, title, {}, before, after, (), "", "", "")
    return Step(record, None, (before[1],), (after[1],))


def event_text(number: int) -> str:
    """Write the same event as the bridge does, for those that have no bridge."""
    leaf, other = _LEAVES[(number + 1) % 2], _LEAVES[number % 2]
    may = ["acknowledge", "enter_maintenance", "enter_pin", "kiosk_url", "language"]
    part = {
        "kind": "state",
        "configuration": [_LINK, leaf],
        "cause": f"{STAMP}{time.perf_counter():.7f}",
        "entered": [leaf],
        "exited": [other],
        "may": [*may, "open_slot", "start_session"] if number % 2 else may,
    }
    at = "2026-11-28T03:15:00.000+00:00"
    return json.dumps({"type": "event", "seq": number, "at": at, "part": part})


async def _publish(tell: Callable[[int], None]) -> None:
    number, next_s = 0, trio.current_time()
    while True:
        next_s = max(next_s + 1 / EVENTS_PER_S, trio.current_time())
        await trio.sleep_until(next_s)
        number += 1
        tell(number)


async def _ours() -> None:
    machine = StagedMachine()
    token = Secret("bench")
    bridge = LocalBridge(
        machine, machine, Arrangement(token, port=0, limits=Limits(connections=200))
    )
    async with trio.open_nursery() as nursery:
        say(await nursery.start(bridge.run))
        await _publish(lambda number: machine.publisher.publish(change_now(number)))


async def _bare() -> None:
    """Write the frame to every socket, and do nothing else at all."""
    sockets: set[socket.socket] = set()

    def tell(number: int) -> None:
        frame = text_frame(event_text(number).encode())
        for one in tuple(sockets):
            try:
                one.send(frame)
            except OSError:
                sockets.discard(one)

    async def greet(client: socket.socket) -> None:
        await trio.lowlevel.wait_readable(client)
        lines = client.recv(65536).decode().splitlines()
        (key,) = (line.split(": ")[1] for line in lines if line.startswith("Sec-WebSocket-Key"))
        magic = f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()
        accept = base64.b64encode(hashlib.sha1(magic).digest()).decode()  # noqa: S324 - RFC 6455
        head = "HTTP/1.1 101 -\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        client.send(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        sockets.add(client)

    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        listener.setblocking(False)
        say(listener.getsockname()[1])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_publish, tell)
            while True:
                await trio.lowlevel.wait_readable(listener)
                client, _ = listener.accept()
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                nursery.start_soon(greet, client)


def say(port: int) -> None:
    """Tell the benchmark where the server is."""
    print(port, flush=True)  # noqa: T201 - to the benchmark


if __name__ == "__main__":
    trio.run({"ours": _ours, "bare": _bare}[sys.argv[1]])
