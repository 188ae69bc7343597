"""The simulated world of a machine that brings its own, for laptops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.simulation import SimulatedWorld
from rvm_edge.cli.demo.played_world import PlayedWorld
from rvm_edge.cli.demo.surroundings import Setup, surroundings
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import Host
from rvm_edge.settings import PolicyInForce, Settings


@asynccontextmanager
async def in_own_world(
    here: Locations,
    chosen: Settings,
    setup: Setup,
    *,
    link: LinkMaker,
    host: Host,
    fit: Callable[[Parts], Parts],
    play: Callable[[SimulatedWorld], None],
) -> AsyncIterator[Daemon]:
    """Run the machine in a simulated world that ends with it.

    Args:
        here: where the machine keeps what it remembers.
        chosen: how it behaves.
        setup: what its world is like.
        link: makes its link to the server.
        host: the computer.
        fit: changes its parts before they are used.
        play: gets the world, for people to play in.
    """
    async with surroundings(chosen, setup) as around:
        until_it_runs = PolicyInForce(chosen.policy)
        world = PlayedWorld(around.world, around.samples, around.trouble, until_it_runs)
        play(world)
        async with (
            running(here, chosen, fit(around.parts(link, host))) as daemon,
            background_tasks() as people,
        ):
            world.rules = daemon.machine.rules
            people.start_soon(world.take_what_is_given_back)
            yield daemon
