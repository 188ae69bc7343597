"""`rvm-edge collect`: the machine's own pictures, ready for a labelling tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.options import CommandError, json_option, locations, print_json, settings

if TYPE_CHECKING:
    from rvm_edge.ledger import ItemRecord
    from rvm_edge.training.collecting import Kept

_MOST = 100_000


@click.command(
    "collect",
    epilog="The labels are the model's own opinion, to be corrected by a person: training on them "
    "as they are teaches nothing. Exit codes: 0 done, 1 it cannot be done, 2 wrong usage.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="The data folder; what is there already is added to, and labels in it are left alone.",
)
@click.option("--rejected", is_flag=True, help="Only pictures of items that were handed back.")
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=1000,
    show_default=True,
    help="Look at so many of the newest items.",
)
@json_option
def command(*, out: Path, rejected: bool, limit: int, as_json: bool) -> None:
    """Copy the machine's own pictures into a folder in YOLO format, with proposed labels.

    May be called while the machine runs: it only reads what the machine keeps.
    """
    from rvm_edge.cli.looking import load_detector
    from rvm_edge.training.collecting import CollectError, collect
    from rvm_edge.vision.detector import ModelError

    kept = _kept(rejected=rejected, limit=limit)
    try:
        done = collect(kept, load_detector(settings().vision, None), out)
    except (CollectError, ModelError) as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(done)
        return
    click.echo(
        f"{done.train + done.val} new pictures ({done.train} train, {done.val} val) in {out}"
    )
    if done.already:
        click.echo(f"{done.already} were there already; their labels were left alone")
    if done.unreadable:
        click.echo(f"{done.unreadable} could not be read")
    click.echo("correct every label before you train: they are the model's own opinion")


def _kept(*, rejected: bool, limit: int) -> list[Kept]:
    from rvm_edge.ledger import list_items, read_only
    from rvm_edge.machine import LedgerError

    folder = locations().evidence_dir
    try:
        with read_only(locations().ledger_path) as connection:
            records = list_items(connection, limit=limit)
    except LedgerError as error:
        raise CommandError(str(error)) from error
    found = [_as_kept(one, folder) for one in reversed(records)]
    return [one for one in found if one is not None and not (rejected and one.accepted)]


def _as_kept(record: ItemRecord, folder: Path) -> Kept | None:
    """Return an item's picture; None where it has no verdict, or none is kept any more."""
    from rvm_edge.training.collecting import Kept

    verdict, path = record.verdict, folder / f"{record.item.client_uuid}.jpg"
    if verdict is None or not path.is_file():
        return None
    return Kept(
        name=record.item.client_uuid,
        path=path,
        inserted_at=record.inserted_at,
        accepted=verdict.accepted,
        reason=verdict.reason.value,
        label=verdict.label,
        confidence=verdict.confidence,
    )
