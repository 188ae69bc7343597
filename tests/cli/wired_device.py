"""A simulated ESP32 behind a pty, for commands that bring an event loop of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World


@dataclass
class Device:
    """The controller at `path`, and the machine that it belongs to.

    Attributes:
        do: does something to the world in the controller's own loop, and waits until it is done.
    """

    path: Path
    world: World
    do: Callable[[Callable[[], object]], None]


@contextmanager
def device_at(path: Path) -> Iterator[Device]:
    """Serve a simulated controller while the block runs, in a thread with a loop of its own."""
    ready, stop = threading.Event(), trio.Event()
    tokens: list[trio.lowlevel.TrioToken] = []
    world = World(INSTANT)

    async def serve() -> None:
        tokens.append(trio.lowlevel.current_trio_token())
        async with trio.open_nursery() as nursery:
            await nursery.start(Esp32(world, path).run)
            ready.set()
            await stop.wait()
            nursery.cancel_scope.cancel()

    def do(act: Callable[[], object]) -> None:
        trio.from_thread.run_sync(act, trio_token=tokens[0])

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    assert ready.wait(10)
    try:
        yield Device(path, world, do)
    finally:
        tokens[0].run_sync_soon(stop.set)
        thread.join(10)
    assert not thread.is_alive()
