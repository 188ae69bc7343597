"""`rvm-edge dump`: one file for whoever mends the machine from afar."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.options import CommandError, json_option, print_json

if TYPE_CHECKING:
    from rvm_edge.doctor.place import Place
    from rvm_edge.doctor.rounds import Examined

_MB = 1024 * 1024


@click.command("dump", epilog="Exit codes: 0 written; 1 it cannot be written.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A .tar.gz that does not exist yet.  [default: rvm-edge-dump-<moment>.tar.gz here]",
)
@click.option(
    "--most-mb",
    type=click.FloatRange(0, 1024, min_open=True),
    default=64.0,
    show_default=True,
    help="How much text it may hold before it is compressed, the newest first.",
)
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Hide these too, where the machine was run with credentials of its own.",
)
@json_option
def command(out: Path | None, most_mb: float, credentials: Path | None, *, as_json: bool) -> None:
    """Pack what the doctor finds, settings, counts, journal, logs and flight recording in one file.

    Without keys, without tokens, without who deposited what, and without pictures. Only its owner
    can read it. It may be asked while the machine runs.
    """
    import trio

    from rvm_edge.cli.dump_contents import contents, fill
    from rvm_edge.cli.own.secrets import own_redaction
    from rvm_edge.service.bundle import written_bundle

    path = out or Path(f"rvm-edge-dump-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.tar.gz")
    if path.exists():
        raise CommandError(f"{path} exists already; name another with --out")
    if not path.parent.is_dir():
        raise CommandError(f"there is no folder {path.parent}; name another with --out")
    most_bytes = int(most_mb * _MB)
    place, examined = trio.run(_examined, click.get_current_context())
    redaction = own_redaction(place.locations, *([credentials] if credentials else []))
    try:
        with written_bundle(path, redaction, most_bytes) as bundle:
            fill(bundle, tuple(contents(place, examined, most_bytes)))
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror or error}; "
            f"name another place, such as --out /tmp/{path.name}"
        ) from error
    if as_json:
        print_json({"file": path.absolute(), "contents": bundle.entries})
        return
    for entry in bundle.entries:
        click.echo(f"{entry.bytes / 1000:>10.1f} kB  {entry.name}  {entry.note}".rstrip())
    click.echo(f"{path}: {path.stat().st_size / 1000:.1f} kB, readable by its owner alone")


async def _examined(ctx: click.Context) -> tuple[Place, list[Examined]]:
    from rvm_edge.cli.doctor import own_place_in_time
    from rvm_edge.doctor.checks import CHECKS
    from rvm_edge.doctor.rounds import examine_together

    place = await own_place_in_time(ctx)
    return place, await examine_together(place, CHECKS)
