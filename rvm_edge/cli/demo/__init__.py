"""`rvm-edge demo`: a whole simulated machine at work."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import GlobalOptions, json_option, locations, print_json, settings
from rvm_edge.locations import Locations

if TYPE_CHECKING:
    from rvm_edge.cli.demo.headless import Plan
if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup


@click.command(
    "demo",
    epilog="Exit codes: 0 nothing was lost, doubled or endangered and the journal verifies; "
    "1 otherwise.",
)
@click.option("--headless", is_flag=True, help="No screen: bring items, then account for them.")
@click.option("--items", type=click.IntRange(1, 100_000), default=30, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="For everything by chance.")
@click.option("--faults", is_flag=True, help="Let parts fail while items are handled.")
@click.option("--virtual", is_flag=True, help="Virtual time and scripted eyes; repeatable.")
@click.option(
    "--travel-scale",
    type=click.FloatRange(0, 2),
    default=0.0,
    show_default=True,
    help="How long the mechanism takes; 1 as a real one.",
)
@click.option(
    "--snapshot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.svg",
    help="With --headless: draw the live view of the end.",
)
@json_option
def command(
    *,
    headless: bool,
    items: int,
    seed: int,
    faults: bool,
    virtual: bool,
    travel_scale: float,
    snapshot: Path | None,
    as_json: bool,
) -> None:
    """Watch a whole simulated machine at work, on real pictures.

    What it remembers goes into a temporary folder unless --data-dir is given.
    """
    # What fails is part of the show; `--traceback` before the command tells the whole story.
    chosen = click.get_current_context().find_object(GlobalOptions)
    loud = chosen is not None and chosen.traceback
    with _quiet(loud=loud), tempfile.TemporaryDirectory(prefix="rvm-demo-") as folder:
        kept = chosen is not None and chosen.data_dir is not None
        here = locations(writes=kept)
        place = here if kept else Locations(here.config_dir, Path(folder))
        if headless:
            from rvm_edge.cli.demo.headless import Plan

            plan = Plan(items, seed, faults, virtual, travel_scale, snapshot)
            _account(plan, place, as_json=as_json)
        elif sys.stdin.isatty() and sys.stdout.isatty():
            import trio

            from rvm_edge.cli.demo.live import watch

            trio.run(watch, place, settings(), seed)
        else:
            raise CommandError("this is no terminal: say rvm-edge demo --headless")


@contextmanager
def _quiet(*, loud: bool) -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(before if loud else logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def first_of(error: BaseException) -> BaseException:
    """Return the innermost first exception of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _account(plan: Plan, place: Locations, *, as_json: bool) -> None:
    import msgspec

    from rvm_edge.cli.demo.headless import perform
    from rvm_edge.cli.demo.people import StuckError

    try:
        account = perform(plan, place, settings())
    except BaseExceptionGroup as group:
        stuck, _ = group.split(StuckError)
        if stuck is None:
            raise
        raise CommandError(str(first_of(stuck))) from group
    if as_json:
        print_json(account)
    else:
        for name, value in msgspec.structs.asdict(account).items():
            click.echo(f"{name:16} {value}")
    if not account.is_right:
        raise CommandError("the books do not agree with the world: see the figures above")
