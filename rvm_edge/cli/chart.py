"""`rvm-edge chart`: show, check and export the statechart that runs this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from rvm_edge.cli.chart_paint import paint_of
from rvm_edge.cli.chart_tree import tree
from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import CommandError, json_option, print_json
from rvm_edge.machine import Machine
from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.document import chart_document, chart_hash, label
from rvm_edge.statechart.errors import ChartError
from rvm_edge.statechart.explore import Exploration, explore
from rvm_edge.statechart.export.bundle import differing, write
from rvm_edge.statechart.export.dot import Paint
from rvm_edge.statechart.export.formats import DRAWINGS, Format, export
from rvm_edge.statechart.export.picture import PictureError
from states.chart import CHART

_PICTURES = frozenset({Format.SVG, Format.PNG})
_NOTHING = Exploration((), (), (), (), (), ())
"""What is explored of a chart that cannot be built."""


@click.group("chart", cls=CommandGroup)
def command() -> None:
    """Show, check and export the statechart."""


def _decider() -> Decider[Machine]:
    """Build the chart.

    Raises:
        CommandError: it is broken; the message names the row.
    """
    try:
        return build(CHART)
    except ChartError as error:
        raise CommandError(f"{error} ('rvm-edge chart check' lists them)") from error


@command.command("show")
@json_option
def show(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print the states, their time-outs, and where each event leads."""
    if as_json:
        print_json({"hash": chart_hash(CHART), "chart": chart_document(CHART)})
        return
    Console().print(tree(CHART, chart_hash(CHART)))


@command.command("check", epilog="Exit code 1 if a transition never fires or a step goes wrong.")
@json_option
def check(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Try every event in every configuration the machine can be in.

    A chart with a mistake that can be seen without trying (an unknown name, an unreachable state, a
    missing time-out) is refused before that.
    """
    try:
        found, faults = explore(build(CHART)), []
    except ChartError as error:
        found, faults = _NOTHING, [str(finding) for finding in error.findings]
    declared = len(CHART.transitions)
    unfired = [f"{row.event}: {label(row)}" for row in found.unfired]
    if as_json:
        print_json(
            {
                "ok": found.complete and not faults,
                "chart": CHART.name,
                "hash": chart_hash(CHART),
                "configurations": len(found.configurations),
                "events": len(found.events),
                "tries": len(found.tries),
                "handled": found.handled,
                "ignored": found.ignored,
                "transitions_declared": declared,
                "transitions_fired": len(found.fired),
                "unfired": unfired,
                "findings": [*faults, *found.findings],
            }
        )
    else:
        click.echo(f"chart {CHART.name} {chart_hash(CHART)}")
        for fault in faults:
            click.echo(f"broken: {fault}")
        if not faults:
            click.echo(
                f"{len(found.configurations)} configurations x {len(found.events)} events, "
                f"{len(found.tries)} tries: {found.handled} handled, {found.ignored} ignored"
            )
            click.echo(f"{len(found.fired)} of {declared} transitions fired")
        for row in unfired:
            click.echo(f"never fires: {row}")
        for finding in found.findings:
            click.echo(f"must not happen: {finding}")
    if faults or not found.complete:
        raise SystemExit(1)


@command.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    help="The notation. svg and png need Graphviz.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it. Default: standard output.",
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write every notation into this folder, under fixed names.",
)
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="With --all: write nothing; exit 1 and name the files that are not up to date.",
)
@click.option(
    "--highlight",
    metavar="STATES",
    help="Light up these states in a drawing, such as 'online + capture'.",
)
@click.option(
    "--coverage",
    type=click.Path(path_type=Path),
    metavar="JOURNAL",
    help="Count the transitions that fired in this journal and paint them, and those that did not.",
)
def export_command(
    *,
    form: str | None,
    output: Path | None,
    folder: Path | None,
    only_check: bool,
    highlight: str | None,
    coverage: Path | None,
) -> None:
    """Write the chart in another notation, or in all of them."""
    if (form is None) == (folder is None):
        raise click.UsageError("Give either --format or --all.", click.get_current_context())
    if only_check and folder is None:
        raise click.UsageError("--check goes with --all.", click.get_current_context())
    if output is not None and folder is not None:
        raise click.UsageError("--output goes with --format.", click.get_current_context())
    painted = highlight is not None or coverage is not None
    if painted and (form is None or Format(form) not in DRAWINGS):
        names = ", ".join(sorted(drawing.value for drawing in DRAWINGS))
        raise click.UsageError(
            f"--highlight and --coverage go with --format {names}.", click.get_current_context()
        )
    try:
        if folder is not None:
            _export_all(folder, only_check=only_check)
        elif form is not None:
            _export_one(Format(form), output, paint_of(CHART, highlight, coverage))
    except PictureError as error:
        raise CommandError(str(error)) from error


def _export_all(folder: Path, *, only_check: bool) -> None:
    if not only_check:
        with _told_in_one_line():
            written = write(_decider(), folder)
        for path in written:
            click.echo(path)
        return
    stale = differing(_decider(), folder)
    if stale:
        raise CommandError(
            f"{folder}: not up to date: {', '.join(stale)}; "
            f"run 'rvm-edge chart export --all {folder}'"
        )


def _export_one(form: Format, output: Path | None, paint: Paint) -> None:
    if output is None and form in _PICTURES and sys.stdout.isatty():
        raise CommandError(f"{form.value} is not for a terminal; name a file with --output")
    content = export(_decider(), form, paint)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        with _told_in_one_line():
            output.write_bytes(content)


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from error
