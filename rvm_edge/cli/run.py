"""`rvm-edge run`: the machine itself."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import hardware_map, json_option, locations, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import trio

    from rvm_edge.cli.demo.surroundings import Setup
    from rvm_edge.daemon import Daemon
    from rvm_edge.health.service_host import ServiceHost
    from rvm_edge.link import LinkMaker
    from rvm_edge.locations import Locations
    from rvm_edge.machine import Host
    from rvm_edge.settings import Settings

    Start = Callable[[], AbstractAsyncContextManager[Daemon]]


@click.command(
    "run",
    epilog="Exit codes: 0 stopped by SIGTERM, SIGINT or SIGHUP, or to be started anew; 1 it cannot "
    "run; 75 another process has this machine's memory open; 78 wrong settings, hardware map or "
    "credentials.",
)
@click.option("--simulate", is_flag=True, help="Run in a simulated world, for laptops.")
@click.option(
    "--world",
    type=click.Path(path_type=Path),
    metavar="SOCKET",
    help="Run in the simulated world that rvm-edge simulate serves there.",
)
@click.option(
    "--eyes",
    type=click.Choice(["worker", "scripted"]),
    default="worker",
    show_default=True,
    help="Who judges in a simulated world: the model, or a script that knows what lies there.",
)
@click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Of the server to speak with, as rvm-edge cloud-sim --credentials writes them; without "
    "them the server is never reached, and guests are served all the same.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of --simulate.")
@click.option(
    "--travel-scale",
    type=click.FloatRange(0, 2),
    default=1.0,
    show_default=True,
    help="Of --simulate: how long the mechanism takes; 1 as a real one.",
)
@json_option
def command(
    *,
    simulate: bool,
    world: Path | None,
    eyes: str,
    credentials: Path | None,
    seed: int,
    travel_scale: float,
    as_json: bool,
) -> None:
    """Run the machine until it is told to stop.

    On stderr there is one line for every transition, and one when the machine is operational and
    when it is ready for a person, with the milliseconds since the start; with --json all of them
    are JSON objects.
    """
    if simulate and world is not None:
        raise click.UsageError("--simulate brings its own world: give it or --world, not both")
    if not simulate and world is None:
        raise CommandError(_why_not_real())

    import trio

    from rvm_edge.cli.demo.eyes import EyesKind
    from rvm_edge.cli.demo.surroundings import Setup
    from rvm_edge.cli.own_link import own_link
    from rvm_edge.cli.unusable import in_one_line
    from rvm_edge.health.service_host import ServiceHost

    here, chosen, who = locations(writes=True), settings(), EyesKind(eyes)
    link = own_link(credentials, here, hardware_map())
    host = ServiceHost(may_reboot=False)  # the computer is somebody's laptop
    if world is None:
        setup = Setup(seed, travel_scale, eyes=who)
        start: Start = partial(_in_own_world, here, chosen, setup, link, host)
    else:
        from rvm_edge.cli.remote_machine import remote_machine

        start = partial(remote_machine, here, chosen, world.absolute(), who, link=link, host=host)
    with in_one_line():
        trio.run(_run, start, host, as_json)


def _why_not_real() -> str:
    """Say what keeps this version from running the machine that the hardware map describes."""
    simulated = hardware_map().simulated_ports()
    lacking = f": {', '.join(simulated)} would be simulated" if simulated else ""
    return (
        "this version drives no whole real machine, only its ESP32"
        f"{lacking}; say rvm-edge run --simulate"
    )


@asynccontextmanager
async def _in_own_world(
    here: Locations, chosen: Settings, setup: Setup, link: LinkMaker, host: Host
) -> AsyncIterator[Daemon]:
    from rvm_edge.cli.demo.surroundings import surroundings
    from rvm_edge.daemon import running

    async with (
        surroundings(chosen, setup) as around,
        running(here, chosen, around.parts(link, host)) as daemon,
    ):
        yield daemon


async def _run(
    start: Start,
    host: ServiceHost,
    as_json: bool,  # noqa: FBT001 - trio.run passes by position
) -> None:
    import signal

    import trio

    from rvm_edge.cli.telling import Teller

    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with trio.open_signal_receiver(*ends) as signals:
        async with start() as daemon, trio.open_nursery() as nursery:
            nursery.start_soon(Teller(as_json=as_json).follow, daemon.runtime)
            nursery.start_soon(_end_when_asked, host, nursery.cancel_scope)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()


async def _end_when_asked(host: ServiceHost, everything: trio.CancelScope) -> None:
    """End in order when the machine wants to start anew: whoever started it starts it again."""
    await host.asked_to_end()
    everything.cancel()
