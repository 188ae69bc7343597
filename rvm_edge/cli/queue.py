"""`rvm-edge queue`: what is on its way to the server, and what was given up.

All but `retry` only read, and may be called while the machine runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import CommandError, json_option, limit_option, locations, print_json
from rvm_edge.machine import LedgerError

if TYPE_CHECKING:
    import sqlite3

    from rich.table import Table

    from rvm_edge.ledger.counts import QueueCounts
    from rvm_edge.ledger.queue import ItemLife, KeptPicture, QueueEntry

_STATES = ("waiting", "ambiguous", "held", "dead")
_STYLES = {
    "waiting": "",
    "ambiguous": "yellow",
    "held": "magenta",
    "dead": "bold red",
    "delivered": "green",
}
_UUID_SHOWN = 8
_WIDE = 200
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


@click.group("queue", cls=CommandGroup)
def command() -> None:
    """Look after what waits for the server."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only items whose delivery stands so.")
@limit_option
@json_option
def list_command(state: str | None, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List what is not at the server, the oldest first."""
    from rvm_edge.ledger.counts import count_queue
    from rvm_edge.ledger.queue import QueueState, undelivered

    with _reading() as connection:
        counts = count_queue(connection)
        asked = QueueState(state) if state else None
        entries = tuple(islice(undelivered(connection, asked), limit))
    if as_json:
        print_json({"counts": counts, "items": entries})
        return
    from rich.console import Console

    console = Console()
    if not console.is_terminal:  # a pipe has no width: let no cell be cut
        console = Console(width=_WIDE)
    if entries:
        console.print(_table(entries))
    click.echo(_in_words(counts))


@command.command("show")
@click.argument("uuid")
@json_option
def show_command(uuid: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show the whole life of the item UUID; its beginning is enough."""
    from rvm_edge.ledger.queue import find_item, life_of

    with _reading() as connection:
        life = life_of(connection, find_item(connection, uuid))
    if as_json:
        print_json(life)
    else:
        click.echo("\n".join(_life(life)))


@command.command("retry", epilog="Exit codes: 0 done; 1 nothing to do; 75 the machine is running.")
@click.argument("uuid", required=False)
@click.option("--all-dead", is_flag=True, help="All that were given up.")
@json_option
def retry_command(uuid: str | None, all_dead: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Let the dead letter UUID wait again; its beginning is enough. The machine must be stopped."""
    if (uuid is None) != all_dead:
        raise click.UsageError("name one item, or say --all-dead")
    import trio

    from rvm_edge.cli.unusable import in_one_line
    from rvm_edge.ledger.queue import QueueState, find_item, life_of

    chosen = None
    with _reading() as connection:  # a file that is no sound ledger is told so, and left alone
        if uuid is not None:
            chosen = find_item(connection, uuid)
            delivery = life_of(connection, chosen).delivery
            if delivery is None or delivery.state is not QueueState.DEAD:
                state = delivery.state.value if delivery else "not dropped"
                raise CommandError(f"item {chosen} is {state}; only a dead one can be retried")
    with in_one_line():
        count = trio.run(_retry, chosen)
    if as_json:
        print_json({"retried": count})
    else:
        click.echo("1 item waits again" if count == 1 else f"{count} items wait again")


@command.command("export")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that does not exist yet; stdout without it.",
)
def export_command(output: Path | None) -> None:
    """Write everything that is not at the server, one JSON object on each line."""
    import msgspec

    from rvm_edge.ledger.queue import undelivered
    from rvm_edge.ledger.records import record_by_uuid

    encoder = msgspec.json.Encoder()
    with _reading() as connection, _lines_to(output) as write:
        for entry in undelivered(connection):
            record = record_by_uuid(connection, entry.client_uuid)
            write(encoder.encode({"delivery": entry, "record": record}))


async def _retry(client_uuid: str | None) -> int:
    from rvm_edge.ledger import SystemClock, open_ledger
    from rvm_edge.offload import inline

    async with open_ledger(locations().ledger_path, inline, SystemClock()) as ledger:
        return await ledger.outbox.retry(client_uuid)


@contextmanager
def _reading() -> Iterator[sqlite3.Connection]:
    from rvm_edge.ledger import read_only

    try:
        with read_only(locations().ledger_path) as connection:
            yield connection
    except LedgerError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _lines_to(output: Path | None) -> Iterator[Callable[[bytes], object]]:
    if output is None:
        yield click.echo
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{output} exists already; name another file") from error
    with os.fdopen(descriptor, "wb") as file:
        yield lambda line: file.write(line + b"\n")


def _table(entries: tuple[QueueEntry, ...]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("item", "for", "state", "age", "tries", "since", "reason"):
        table.add_column(heading, overflow="fold", no_wrap=heading not in ("for", "reason"))
    for entry in entries:
        cells = (
            entry.client_uuid[:_UUID_SHOWN],
            entry.owner or entry.mode,
            entry.state.value,
            _age(entry.since),
            str(entry.attempts),
            _moment(entry.since),
            entry.reason,
        )
        table.add_row(*(Text(cell) for cell in cells), style=_STYLES[entry.state.value])
    return table


def _in_words(counts: QueueCounts) -> str:
    parts = [f"{counts.waiting} waiting"]
    if counts.ambiguous:
        parts.append(f"{counts.ambiguous} of them ambiguous")
    if counts.held:
        parts.append(f"{counts.held} held for whom the machine was when it took them")
    parts += [f"{counts.dead} dead", f"{counts.delivered} delivered"]
    if counts.possibly_twice:
        parts.append(f"{counts.possibly_twice} possibly twice at a server that knows no duplicates")
    return ", ".join(parts)


def _life(life: ItemLife) -> Iterator[str]:
    item, delivery, picture = life.record.item, life.delivery, life.picture
    yield f"item {item.client_uuid} of {item.owner or item.mode.value}, session {item.session_id}"
    for step in life.steps:
        yield f"{_moment(step.at)}  {step.step:10} {step.detail}".rstrip()
    for letter in life.dead_letters:
        yield f"{_moment(letter.died_at)}  {'dead':10} {letter.why}"
        if letter.retried_at:
            yield f"{_moment(letter.retried_at)}  retried"
    if delivery is not None:
        yield f"delivery: {delivery.state.value} after {delivery.attempts} requests"
        if delivery.possibly_twice:
            times = delivery.possibly_twice + 1
            yield f"possibly {times} times at a server that knows no duplicates"
        if delivery.reason:
            yield f"last said: {delivery.reason}"
    if picture is not None:
        yield f"picture: {', '.join(_picture(picture))}"


def _picture(picture: KeptPicture) -> Iterator[str]:
    yield f"{picture.bytes / 1000:.0f} kB"
    if picture.uploaded_at:
        yield f"at the server since {_moment(picture.uploaded_at)}"
    elif picture.given_up:
        yield f"given up: {picture.given_up}"
    else:
        yield "not at the server"
    if picture.removed_at:
        yield f"removed {_moment(picture.removed_at)} ({picture.why_removed})"
    else:
        yield "still here"


def _moment(at: str | None) -> str:
    return f"{at[:19].replace('T', ' ')}Z" if at else ""


def _age(since: str) -> str:
    """Return how long ago that was, by a wall clock that may have been set meanwhile."""
    then = datetime.fromisoformat(since.replace("Z", "+00:00"))
    age_s = int((datetime.now(timezone.utc) - then).total_seconds())
    if age_s < 0:
        return "?"
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if age_s >= unit_s:
            return f"{age_s // unit_s} {unit}"
    return f"{age_s} s"
