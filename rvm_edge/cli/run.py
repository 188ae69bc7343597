"""`rvm-edge run`: the machine itself."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.collector import no_collecting_yet
from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.cli.options import hardware_map, json_option, locations, settings, wire_option

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rvm_edge.bridges.local.simulation import SimulatedWorld
    from rvm_edge.cli.own.screen import OwnScreen
    from rvm_edge.daemon import Daemon, Parts
    from rvm_edge.health.service_host import ServiceHost
    from rvm_edge.locations import Locations
    from rvm_edge.provisioning.site import Site
    from rvm_edge.settings import Settings
    from rvm_edge.uplink import Uplink
    from rvm_edge.vision.eyes import WorkerEyes

    Fit = Callable[[Parts], Parts]
    Play = Callable[[SimulatedWorld], None]
    Start = Callable[[], AbstractAsyncContextManager[Daemon]]
    Upkeep = Callable[[Daemon], Awaitable[None]]


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
@click.option(
    "--setup",
    is_flag=True,
    help="Of a simulated world: begin as a machine that does not know who it is, to be set up.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of --simulate.")
@click.option(
    "--travel-scale",
    type=click.FloatRange(0, 2),
    default=1.0,
    show_default=True,
    help="Of --simulate: how long the mechanism takes; 1 as a real one.",
)
@wire_option
@click.option(
    "--screen-port",
    type=click.IntRange(0, 65_535),
    metavar="N",
    help="Where the machine's own screen is on 127.0.0.1; 0 for any free port.  "
    "[default: as settings.toml says, 8888]",
)
@click.option("--no-screen", is_flag=True, help="Serve no screen.")
@json_option
def command(
    *,
    simulate: bool,
    world: Path | None,
    eyes: str,
    credentials: Path | None,
    setup: bool,
    seed: int,
    travel_scale: float,
    spoken: str,
    screen_port: int | None,
    no_screen: bool,
    as_json: bool,
) -> None:
    """Run the machine until it is told to stop.

    On stderr there is one line for every transition, one when the machine is operational and when
    it is ready for a person, with the milliseconds since the start, and one that says where its
    screen is, or why there is none; with --json all of them are JSON objects.
    """
    _require_one_each(simulate=simulate, world=world, setup=setup, credentials=credentials)
    click.get_current_context().with_resource(no_collecting_yet())
    is_real = not simulate and world is None
    if is_real:
        _require_real()

    import trio

    from drivers.esp32.timings import Dialect
    from rvm_edge.cli.demo.eyes import EyesKind
    from rvm_edge.cli.lifetime import live
    from rvm_edge.cli.own.link import identity_in, own_link
    from rvm_edge.cli.own.log import own_log
    from rvm_edge.cli.own.models import OwnModels, in_turn, with_own_models
    from rvm_edge.cli.own.site import go_by_site
    from rvm_edge.cli.own.upkeep import own_upkeep, room_to_start
    from rvm_edge.cli.own.wire import OwnWire
    from rvm_edge.cli.unusable import in_one_line

    here, chosen = locations(writes=True), settings()
    dialect = Dialect(spoken)
    who = EyesKind.WORKER if is_real else EyesKind(eyes)  # a real world cannot be asked
    is_own = (is_real or setup) and credentials in (None, here.credentials_path)
    credentials = here.credentials_path if is_own else credentials
    site = go_by_site(here)
    screen = None if no_screen else _screen(here, chosen, screen_port, site)
    fit = _fit(here, site, screen, is_own=is_own)
    made: Callable[[Uplink], None] = screen.made if screen else _unheard
    play = screen.play_in if screen else _left_alone
    own = OwnModels(here, chosen, identity_in(credentials)) if who is EyesKind.WORKER else None
    if own is not None:
        fit, made = in_turn(own.fit, fit), own.before(made)
    link = own_link(credentials, here, hardware_map(), made, own.in_use if own else None)
    wire, host = OwnWire(), _host(here, chosen)

    def start_with(worker: WorkerEyes | None) -> AbstractAsyncContextManager[Daemon]:
        if is_real and worker is not None:
            from rvm_edge.cli.real_machine import real_machine

            parts = hardware_map()
            real = partial(real_machine, worker=worker, wire_listener=wire)
            return real(here, chosen, parts, link=link, host=host, fit=fit)
        if world is None:
            from rvm_edge.cli.demo.surroundings import Setup
            from rvm_edge.cli.own.world import in_own_world

            simulated = partial(in_own_world, link=link, host=host, fit=fit, play=play)
            its = Setup(
                seed, travel_scale, eyes=who, worker=worker, wire_listener=wire, wire=dialect
            )
            return simulated(here, chosen, its)
        from rvm_edge.cli.remote_machine import remote_machine

        remote = partial(remote_machine, worker=worker, wire_listener=wire, dialect=dialect)
        return remote(here, chosen, world.absolute(), who, link=link, host=host, fit=fit)

    start: Start = partial(with_own_models, own, start_with)
    upkeep: Upkeep = partial(own_upkeep, here, chosen, wire)
    log = own_log(here, chosen, screen, identity_in(credentials), as_json=as_json)
    with in_one_line(), log, room_to_start(here, chosen):
        trio.run(live, start, host, screen, upkeep, as_json)


def _host(here: Locations, chosen: Settings) -> ServiceHost:
    """Return the computer, as far as this program may have it started anew."""
    from rvm_edge.health.service_host import ServiceHost, reboot_request

    may_reboot = chosen.cloud.orders.may_reboot
    return ServiceHost(reboot_request(may_reboot=may_reboot, runtime_dir=here.runtime_dir))


def _require_one_each(
    *, simulate: bool, world: Path | None, setup: bool, credentials: Path | None
) -> None:
    """Refuse options that contradict each other.

    Raises:
        UsageError: naming both.
    """
    if simulate and world is not None:
        raise click.UsageError("--simulate brings its own world: give it or --world, not both")
    if setup and credentials is not None:
        raise click.UsageError("--setup waits for credentials: give --credentials or it, not both")


def _fit(here: Locations, site: Site, screen: OwnScreen | None, *, is_own: bool) -> Fit:
    """Return what builds into a machine what it has on this computer, whatever world it is in."""
    from rvm_edge.cli.own.credentials import with_own_credentials
    from rvm_edge.cli.own.models import in_turn
    from rvm_edge.cli.own.site import with_measured_bin

    fit = in_turn(partial(with_measured_bin, site), screen.fit if screen else _as_they_are)
    return in_turn(partial(with_own_credentials, here), fit) if is_own else fit


def _screen(here: Locations, chosen: Settings, port: int | None, site: Site) -> OwnScreen | None:
    """Return the screen that is to be shown; None where the owner wants none."""
    import msgspec

    wanted = chosen.screen
    if port is not None:
        wanted = msgspec.structs.replace(wanted, port=port, enabled=True)
    if not wanted.enabled:
        return None
    if site.language:
        wanted = msgspec.structs.replace(wanted, language=site.language)
    from rvm_edge.cli.own.screen import OwnScreen
    from rvm_edge.cli.own.upkeep import running_cleaner
    from rvm_edge.display import ScreenPlan

    return OwnScreen(
        ScreenPlan(here, wanted, machine=chosen, cleaner=partial(running_cleaner, here))
    )


def _as_they_are(parts: Parts) -> Parts:
    return parts


def _unheard(_uplink: Uplink) -> None:
    pass


def _left_alone(_world: SimulatedWorld) -> None:
    pass


def _require_real() -> None:
    """Refuse to pretend: what the hardware map simulates takes no real bottle.

    Raises:
        CommandError: it simulates something.
    """
    from rvm_edge.real_hardware import RealHardwareError, require_real

    try:
        require_real(hardware_map())
    except RealHardwareError as error:
        raise CommandError(f"{error}; or say rvm-edge run --simulate", CONFIGURATION) from error
