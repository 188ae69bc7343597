"""`rvm-edge clean`: makes room on the disk, with what is least missed first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rvm_edge.cli.options import CommandError, json_option, locations, print_json, settings

if TYPE_CHECKING:
    from rvm_edge.health.cleaning.cleaner import Line, Report
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings

_WIDE = 200
_MB = 1_000_000


@click.command("clean", epilog="Exit codes: 0 the disk is clear, or would be; 1 too little may go.")
@click.option("--apply", is_flag=True, help="Do it. Without this, only say what would go.")
@click.option(
    "--below",
    type=click.FloatRange(0, 100),
    metavar="PCT",
    help="How much of the disk may be used afterwards.  [default: as settings.toml says, 85]",
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, apply: bool, below: float | None, as_json: bool) -> None:
    """Make room on the machine's disk: caches, old logs, journals, models and pictures, in turn.

    What the server is still to get is never touched. It may be asked while the machine runs.
    """
    import trio

    chosen = settings()
    mark = chosen.disk.clear_to_pct if below is None else below
    here = locations()
    if not here.data_dir.is_dir():
        raise CommandError(f"there is no data folder {here.data_dir}; 'rvm-edge run' makes one")
    report = trio.run(_cleaned, here, chosen, mark, apply)
    if as_json:
        print_json({"report": report, "freed_bytes": report.freed_bytes, "clear": report.is_clear})
    else:
        _tell(report)
    if not report.is_clear:
        ctx.exit(1)


async def _cleaned(
    here: Locations,
    chosen: Settings,
    mark: float,
    apply: bool,  # noqa: FBT001 - trio.run passes by position
) -> Report:
    from rvm_edge.cli.own.disk import resting_cleaner

    cleaner = resting_cleaner(here, chosen)
    return await (cleaner.clean(mark) if apply else cleaner.rehearse(mark))


def _tell(report: Report) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    goes = "went" if report.done else "would go"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what")
    for heading in ("may go", goes, "stays"):
        table.add_column(heading, justify="right")
    table.add_column("why it stays")
    for line in report.lines:
        table.add_row(*(Text(cell) for cell in _cells(line)))
    console = Console()
    if not console.is_terminal:  # a pipe has no width: let no cell be cut
        console = Console(width=_WIDE)
    console.print(table)
    click.echo(_summary(report))


def _cells(line: Line) -> tuple[str, ...]:
    sizes = (line.could_free_bytes, line.freed_bytes, line.kept_bytes)
    return (line.name, *(f"{size / _MB:.1f} MB" for size in sizes), line.why_kept)


def _summary(report: Report) -> str:
    freed = f"{report.freed_bytes / _MB:.1f} MB"
    was, after, mark = report.before_pct, report.after_pct, report.below_pct
    if was <= mark:
        return f"The disk is {was:.0f} % full, and may be {mark:g} %: nothing has to go."
    said = (
        f"{freed} went; the disk was {was:.0f} % full and is {after:.0f} % full."
        if report.done
        else f"{freed} would go; the disk is {was:.0f} % full, and would be {after:.0f} % full."
    )
    if not report.is_clear:
        return f"{said} That is above {mark:g} %: look what else fills it."
    return said if report.done else f"{said} To do it: rvm-edge clean --apply"
