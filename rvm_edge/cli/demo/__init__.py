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
from rvm_edge.cli.options import (
    GlobalOptions,
    json_option,
    locations,
    print_json,
    settings,
    wire_option,
)
from rvm_edge.locations import Locations

if TYPE_CHECKING:
    from rvm_edge.cli.demo.scenario import Plan


@click.command(
    "demo",
    epilog="Exit codes: 0 nothing was lost, doubled or endangered, and ledger and journal prove "
    "it; 1 otherwise, or the demo could not be shown.",
)
@click.option("--headless", is_flag=True, help="No screen: bring items, then account for them.")
@click.option("--items", type=click.IntRange(1, 1_000_000), default=30, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="For everything by chance.")
@click.option(
    "--faults", is_flag=True, help="Let parts fail and people play tricks while items are handled."
)
@click.option(
    "--outages",
    type=click.IntRange(0, 10_000),
    default=0,
    show_default=True,
    help="How often the internet is cut on the way, with --headless.",
)
@click.option(
    "--dialect",
    type=click.Choice(["M", "D"]),
    default="D",
    show_default=True,
    help="Which of the two published servers the simulated one plays.",
)
@wire_option
@click.option(
    "--virtual",
    is_flag=True,
    help="On a clock that jumps, without wires: repeatable, a day in seconds.",
)
@click.option(
    "--travel-scale",
    type=click.FloatRange(0, 2),
    help="How long the mechanism takes; 1 as a real one.  [default: 0, on the screen 1]",
)
@click.option(
    "--snapshot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.svg",
    hidden=True,
    help="Draw what the screen shows in virtual time, after that many items.",
)
@json_option
def command(
    *,
    headless: bool,
    items: int,
    seed: int,
    faults: bool,
    outages: int,
    dialect: str,
    spoken: str,
    virtual: bool,
    travel_scale: float | None,
    snapshot: Path | None,
    as_json: bool,
) -> None:
    """Watch a whole simulated machine at work, with its real eyes.

    Without --headless a live view is shown in the terminal, with keys to be a person in front of
    the machine. What the machine remembers goes into a temporary folder unless --data-dir is given.
    """
    chosen = click.get_current_context().find_object(GlobalOptions)
    kept = chosen is not None and chosen.data_dir is not None
    # What fails is part of the show; `--traceback` before the command tells the whole story.
    loud = chosen is not None and chosen.traceback
    from drivers.esp32.timings import Dialect as WireDialect

    wire = WireDialect(spoken)
    with _quiet(loud=loud), _place(kept=kept) as place, _failures():
        if headless:
            from rvm_edge.cli.demo.scenario import Plan
            from rvm_edge.simulator.cloud import Dialect

            travel = travel_scale or 0.0
            plan = Plan(items, seed, faults, virtual, travel, outages, Dialect[dialect], wire)
            _account(plan, place, as_json=as_json)
        elif snapshot is not None:
            from rvm_edge.cli.demo.snapshot import draw

            draw(snapshot, place, settings(), items=items, seed=seed)
        elif sys.stdin.isatty() and sys.stdout.isatty():
            from rvm_edge.cli.demo.live import show

            show(place, settings(), seed=seed, travel_scale=travel_scale, wire=wire)
        else:
            raise CommandError(
                "the live view needs a terminal for its screen and its keys; "
                "without one say rvm-edge demo --headless"
            )


@contextmanager
def _place(*, kept: bool) -> Iterator[Locations]:
    """Yield where the machine keeps what it remembers: the chosen folder, or one that goes away."""
    if kept:
        yield locations(writes=True)
        return
    with tempfile.TemporaryDirectory(prefix="rvm-demo-") as folder:
        yield Locations(locations().config_dir, Path(folder))


@contextmanager
def _quiet(*, loud: bool) -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(before if loud else logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _failures() -> Iterator[None]:
    from rvm_edge.cli.unusable import in_one_line

    with in_one_line():
        yield


def _account(plan: Plan, place: Locations, *, as_json: bool) -> None:
    from rvm_edge.cli.demo.headless import perform
    from rvm_edge.cli.demo.summary import progress, show

    with progress(plan.items) as on_item:
        account = perform(plan, place, settings(), on_item)
    if as_json:
        print_json(account)
    else:
        show(account)
    if not account.is_right:
        raise CommandError("; ".join(account.wrong))
