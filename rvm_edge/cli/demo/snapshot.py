"""One picture of the live view, for pages about it."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import trio
from rich.console import Console

from rvm_edge.cli.demo.live import scene_of
from rvm_edge.cli.demo.machine import simulated_machine
from rvm_edge.cli.demo.persons import Crowd, take_returns
from rvm_edge.cli.demo.scenario import VIRTUAL, Plan
from rvm_edge.cli.demo.scene import Scene, Tail
from rvm_edge.cli.demo.screen import screen
from rvm_edge.cli.demo.virtual import run_in_virtual_time
from rvm_edge.cli.demo.visitor import Visitor
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from states import paths

COLUMNS, ROWS = 120, 40


def draw(path: Path, locations: Locations, settings: Settings, *, items: int, seed: int) -> None:
    """Let people bring `items` items in virtual time, and draw the moment the next is taken."""
    work = partial(_moment, locations, settings, items, seed)
    console = Console(
        record=True,
        width=COLUMNS,
        height=ROWS,
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
    )
    console.print(screen(run_in_virtual_time(work, seed), COLUMNS, ROWS))
    path.write_text(console.export_svg(title="rvm-edge demo"), encoding="utf-8")


async def _moment(locations: Locations, settings: Settings, items: int, seed: int) -> Scene:
    plan = Plan(items, seed, virtual=True, travel_scale=1.0)
    async with simulated_machine(locations, settings, plan.setup) as machine:
        tail, visitor = Tail(), Visitor(machine, machine.played(), seed)
        visitor.note = "visitors come by themselves; press a key to be one, ? for help"
        crowd = Crowd(machine, seed, VIRTUAL, usual=machine.samples.clear)
        async with trio.open_nursery() as nursery:
            await nursery.start(tail.follow, machine)
            nursery.start_soon(take_returns, machine, seed, VIRTUAL)
            await crowd.bring(items)
            nursery.start_soon(crowd.bring, 10 * items)
            await machine.until_in(paths.ACCEPT)
            await trio.sleep(0.2)
            scene = await scene_of(machine, tail, visitor, trio.current_time())
            nursery.cancel_scope.cancel()
        return scene
