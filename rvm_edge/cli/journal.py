"""`rvm-edge journal`: read, verify, replay and export what the machine remembers of its steps."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import (
    CommandError,
    heads_option,
    json_option,
    locations,
    print_json,
    say,
)
from rvm_edge.machine import Machine
from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.errors import ChartError, JournalError
from rvm_edge.statechart.export.journal import JournalFormat, change, journal_lines
from rvm_edge.statechart.journal import (
    GENESIS,
    Record,
    Verification,
    read,
    read_whole,
    tail,
    tail_whole,
    verify,
)
from rvm_edge.statechart.retrace import Step, retrace
from states.chart import CHART

FOLLOW_S = 0.2
"""How long `--follow` waits before it looks for new rows."""

_json_lines = click.option(
    "--json", "as_json", is_flag=True, help="Print each row as one JSON object on one line."
)
_first = click.option(
    "--from", "first", type=click.IntRange(min=1), default=1, metavar="SEQ", help="The first row."
)
_last = click.option("--to", "last", type=click.IntRange(min=1), metavar="SEQ", help="The last.")


@click.group("journal", cls=CommandGroup)
def command() -> None:
    """Read, verify, replay and export the journal of the machine's steps.

    It can be read while the machine is running.
    """


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn what the engine refuses into one line."""
    try:
        yield
    except (JournalError, ChartError) as error:
        raise CommandError(str(error)) from error


def _path() -> Path:
    """Return the journal's file.

    Raises:
        CommandError: there is none.
    """
    path = locations().journal_path
    if not path.exists():
        raise CommandError(f"there is no journal at {path}; 'rvm-edge run' makes one")
    return path


def _rows(first: int, last: int | None) -> Iterator[Record]:
    """Yield the rows from `first` to `last`; damage says how to get behind it.

    Raises:
        CommandError: from here on the rows cannot be read.
    """
    seq = first - 1
    try:
        for row in read_whole(_path(), after=first - 1):
            if last is not None and row.seq > last:
                return
            yield row
            seq = row.seq
    except JournalError as error:
        raise CommandError(
            f"{error} (after row {seq}); 'rvm-edge journal verify' names the rows that hold, and "
            "--from begins behind the damage"
        ) from error


def _decider() -> Decider[Machine]:
    return build(CHART)


@command.command("tail")
@click.option(
    "-n", "count", type=click.IntRange(min=0), default=20, show_default=True, help="How many rows."
)
@_json_lines
@click.option("--follow", is_flag=True, help="Keep printing new rows until Ctrl-C.")
def tail_command(count: int, as_json: bool, follow: bool) -> None:  # noqa: FBT001 - click's way
    """Print the last rows, oldest first; those in archives too, where that many are wanted."""
    path = _path()
    with _explained():
        seen = 0
        for record in _last_rows(path, max(count, 1)):
            seen = record.seq
            if count:
                _print_row(record, as_json=as_json)
        while follow:
            time.sleep(FOLLOW_S)
            for record in read(path, after=seen):
                seen = record.seq
                _print_row(record, as_json=as_json)


def _last_rows(path: Path, count: int) -> tuple[Record, ...]:
    """Return the last rows. An archive that is damaged keeps nobody from the newest ones."""
    try:
        return tail_whole(path, count)
    except JournalError as error:
        rows = tail(path, count)
        click.echo(f"{error}; the present file's rows are shown", err=True)
        return rows


def _print_row(record: Record, *, as_json: bool) -> None:
    if as_json:
        print_json(record)
    else:
        say(f"{record.seq:>7}  {_clock(record.at)}  {record.event}  {change(record)}")


def _clock(at: str) -> str:
    """Write a row's time to the millisecond: ``2026-03-01 07:30:00.125``."""
    return at.replace("T", " ")[:23]


@command.command("verify", epilog="Exit code 1 if anything is wrong.")
@heads_option
@json_option
def verify_command(heads: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Check every row: the chain of hashes, gaps, and that the chart decides it the same way again.

    The journal's archives are read too, as far as they are here. What is damaged is named, and what
    comes before and after it is checked all the same.

    Whoever can rewrite the whole file can also compute a new chain, and an older copy is a whole
    chain too: name a head that is kept elsewhere, such as the one that the server was told.
    """
    with _explained():
        found = verify(_path(), _decider(), heads=heads)
    if as_json:
        print_json(
            {
                "ok": found.ok,
                "rows": found.rows,
                "first": found.first,
                "head": found.head,
                "replayed": found.replayed,
                "foreign": found.foreign,
                "problems": list(found.problems),
                "proven": found.proven,
                "damaged": found.damaged,
                "remarks": found.remarks,
            }
        )
    else:
        _print_proof(found)
    if not found.ok:
        raise SystemExit(1)


def _print_proof(found: Verification) -> None:
    for problem in found.problems:
        say(problem)
    for remark in found.remarks:
        say(f"note: {remark}")
    verdict = "nothing is wrong" if found.ok else f"{len(found.problems)} problem(s)"
    click.echo(
        f"{found.rows} rows, {found.replayed} decided again by the present chart, "
        f"{found.foreign} by another one: {verdict}"
    )
    if found.first > 1:
        click.echo(f"rows 1 to {found.first - 1} were archived, and are not here any more")
    if not found.ok:
        for path in found.damaged:
            click.echo(f"something is wrong in {path}")
        stretches = ", ".join(f"{begin} to {end}" for begin, end in found.proven)
        click.echo(f"nothing is wrong in rows {stretches}" if stretches else "no row holds")
    if found.head != GENESIS:
        click.echo(f"head {found.head}")


@command.command("replay", epilog="Exit code 1 if the chart decides a row differently.")
@_first
@_last
@_json_lines
def replay_command(first: int, last: int | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Walk through the rows, step by step, deciding each again: what was left, what was entered."""
    differs = False
    with _explained():
        for step in retrace(_rows(first, last), _decider()):
            differs = differs or step.problem is not None
            if as_json:
                print_json(step)
            else:
                _print_step(step)
    if differs:
        raise SystemExit(1)


def _print_step(step: Step) -> None:
    data = " ".join(f"{name}={value!r}" for name, value in step.data.items())
    say(f"{step.seq:>7}  {_clock(step.at)}  {step.event}{data and f'  {data}'}")
    for row in step.taken:
        say(f"{'':9}row    {row}")
    for path in step.exited:
        say(f"{'':9}left   {path}")
    for path in step.entered:
        say(f"{'':9}enter  {path}")
    if step.foreign:
        say(f"{'':9}decided by another chart; now {' + '.join(step.after) or 'nothing'}")
    if step.problem is not None:
        say(f"{'':9}WRONG  {step.problem}")


@command.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in JournalFormat]),
    default=JournalFormat.JSONL.value,
    show_default=True,
    help="jsonl and csv hold every field; md is for reading.",
)
@_first
@_last
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it. Default: standard output.",
)
def export_command(form: str, first: int, last: int | None, output: Path | None) -> None:
    """Write the rows for other programs, or for people."""
    with _explained():
        pieces = journal_lines(_rows(first, last), JournalFormat(form))
        if output is None:
            for piece in pieces:
                click.echo(piece, nl=False)
        else:
            _write(pieces, output)


def _write(pieces: Iterator[str], output: Path) -> None:
    """Write a file that is there whole or not at all.

    Raises:
        CommandError: it cannot be written.
    """
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        part.replace(output)
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
