"""The demo on a terminal: a machine that people visit, and keys to be one of them."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator

import msgspec
import trio
from rich.console import Console
from rich.live import Live

from drivers.esp32.timings import Dialect
from rvm_edge.cli.demo.keys import pressed, raw_keys
from rvm_edge.cli.demo.kiosk_screen import KioskScreen
from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.persons import repair, take_returns
from rvm_edge.cli.demo.scenario import LIVE
from rvm_edge.cli.demo.scene import RECENT, Scene, Tail, parts_of
from rvm_edge.cli.demo.screen import screen
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.cli.demo.visitor import Visitor
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from states import paths

FRAMES_PER_S = 10
WALK_AWAY_S = 15.0
"""How long the machine waits for somebody who walked away: shorter than a real one, to be seen."""

_SHOWS_LAST = (paths.IDLE, paths.WAITING, paths.CLASSIFY, paths.ACCEPT, paths.REJECT)
"""Where the last item may be looked at. Elsewhere there is something to be said of the state."""

_QUITS = frozenset({"q", "\x03", "\x04"})


def show(
    locations: Locations,
    settings: Settings,
    *,
    seed: int,
    travel_scale: float | None,
    wire: Dialect = Dialect.ASCII,
) -> None:
    """Show the machine until somebody presses q; the terminal is left as it was found."""
    chosen = msgspec.structs.replace(
        settings, timeouts={paths.WAITING: WALK_AWAY_S, **settings.timeouts}
    )
    setup = Setup(seed, 1.0 if travel_scale is None else travel_scale, wire=wire)
    trio.run(_show, locations, chosen, setup)


async def _show(locations: Locations, settings: Settings, setup: Setup) -> None:
    terminal = sys.stdin.fileno()
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with trio.open_signal_receiver(*ends) as signals, raw_keys(terminal):
        kiosk = KioskScreen(locations, settings)
        async with simulated_machine(
            locations, settings, setup, fit=kiosk.fittings.around
        ) as machine:
            world = machine.played()
            kiosk.fittings.world = world
            tail, visitor = Tail(), Visitor(machine, world, setup.seed)
            async with trio.open_nursery() as nursery:
                await nursery.start(tail.follow, machine)
                nursery.start_soon(take_returns, machine, setup.seed, LIVE)
                nursery.start_soon(repair, machine, LIVE)
                nursery.start_soon(visitor.come_and_go)
                nursery.start_soon(kiosk.serve, machine)
                nursery.start_soon(_draw, machine, tail, visitor, kiosk)
                nursery.start_soon(_quit_on_signal, signals, nursery.cancel_scope)
                async for key in pressed(terminal):
                    if key in _QUITS:
                        break
                    nursery.start_soon(visitor.press, key)
                nursery.cancel_scope.cancel()


async def _quit_on_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()


async def _draw(
    machine: SimulatedMachine, tail: Tail, visitor: Visitor, kiosk: KioskScreen
) -> None:
    console = Console()
    began_s = trio.current_time()
    with Live(console=console, auto_refresh=False, screen=True, transient=True) as live:
        while True:
            clock_s = trio.current_time() - began_s
            scene = await scene_of(machine, tail, visitor, clock_s, kiosk.address)
            live.update(screen(scene, *console.size), refresh=True)
            await trio.sleep(1 / FRAMES_PER_S)


async def scene_of(
    machine: SimulatedMachine, tail: Tail, visitor: Visitor, clock_s: float, page: str = ""
) -> Scene:
    """Gather what is to be shown now."""
    ledger = machine.daemon.ledger
    return Scene(
        leaves=machine.leaves,
        counts=await ledger.counts(),
        items=await ledger.recent(RECENT),
        steps=tuple(tail.steps),
        look=machine.eyes.last if machine.is_in(*_SHOWS_LAST) else None,
        parts=parts_of(machine),
        bin_pct=machine.world.bin_pct,
        delivery=await machine.server.uplink.courier.status(),
        on_server=len(machine.server.books.books.transactions),
        troubles=tuple(fault.value.replace("_", " ") for fault in machine.world.faults.in_force),
        auto=visitor.auto,
        note=visitor.note,
        keys=tuple((one.key, one.word) for one in visitor.keys),
        help=tuple((one.key, one.what) for one in visitor.keys) if visitor.helps else (),
        clock_s=clock_s,
        page=page,
    )
