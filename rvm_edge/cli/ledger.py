"""`rvm-edge ledger`: what is remembered of every item, and whether it holds together.

All commands only read, and may be called while the machine runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import (
    CommandError,
    heads_option,
    json_option,
    limit_option,
    locations,
    print_json,
    say,
)
from rvm_edge.item import ItemState
from rvm_edge.machine import LedgerError

if TYPE_CHECKING:
    from rich.table import Table

    from rvm_edge.ledger import Check, ItemRecord

_UUID_SHOWN = 8
_WIDE = 200


@click.group("ledger", cls=CommandGroup)
def command() -> None:
    """List items, show one with its decision, and check the invariants."""


@command.command("list")
@click.option(
    "--state",
    type=click.Choice([state.value for state in ItemState]),
    help="Only items that have come exactly so far.",
)
@click.option("--session", default="", metavar="ID", help="Only items of this session (or prefix).")
@limit_option
@json_option
def list_command(state: str | None, session: str, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List items, the newest first."""
    from rvm_edge.ledger import list_items, read_only

    with _one_line_failures(), read_only(locations().ledger_path) as connection:
        records = list_items(
            connection,
            state=ItemState(state) if state else None,
            session=session.lower(),
            limit=limit,
        )
    if as_json:
        print_json({"items": records})
        return
    from rich.console import Console

    console = Console()
    if not console.is_terminal:  # a pipe has no width: let no cell be cut
        console = Console(width=_WIDE)
    console.print(_table(records) if records else "no items")


@command.command("show")
@click.argument("item", metavar="ITEM")
@json_option
def show_command(item: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show one item with everything that its verdict was made of.

    ITEM is its identity, or the beginning of it.
    """
    from rvm_edge.cli.ledger_decision import lines
    from rvm_edge.ledger import decision_of, read_only, record_of, whole_uuid

    with _one_line_failures(), read_only(locations().ledger_path) as connection:
        client_uuid = whole_uuid(connection, item.lower())
        record = record_of(connection, client_uuid)
        decision = decision_of(connection, client_uuid)
    if as_json:
        print_json({"item": record, "decision": decision})
        return
    for line in lines(record, decision):
        click.echo(line)


@command.command("check")
@json_option
@click.pass_context
def check_command(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Prove the invariants, or name the rows that break them (exit code 1)."""
    from rvm_edge.ledger import check

    with _one_line_failures():
        found = check(locations().ledger_path)
    if as_json:
        print_json(found)
    else:
        _print_check(found)
    if found.violations:
        ctx.exit(1)


@command.command("audit", epilog="Exit code 1 if anything is wrong.")
@heads_option
@json_option
@click.pass_context
def audit_command(ctx: click.Context, heads: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Prove journal and ledger, and hold one against the other: what was taken, what credited.

    Whoever changes one of the two books, or puts an older copy in its place, leaves it in
    contradiction to the other one.
    """
    from rvm_edge.cli.ledger_audit import audit, lines
    from rvm_edge.statechart.errors import StatechartError

    try:
        with _one_line_failures():
            found = audit(locations(), heads)
    except StatechartError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(found)
    else:
        for line in lines(found):
            say(line)
    if found.problems:
        ctx.exit(1)


@contextmanager
def _one_line_failures() -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        raise CommandError(str(error)) from error


def _print_check(found: Check) -> None:
    states = ", ".join(f"{count} {state}" for state, count in found.by_state.items() if count)
    click.echo(f"{found.items} items{f' ({states})' if states else ''}")
    for violation in found.violations:
        where = f"{violation.row}: " if violation.row else ""
        say(f"{violation.kind.value}: {where}{violation.what}")
    count = len(found.violations)
    click.echo("no violations" if not count else f"{count} violation{'s' if count > 1 else ''}")


def _table(records: tuple[ItemRecord, ...]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("item", "session", "for", "state", "verdict", "class", "outcome", "inserted"):
        table.add_column(heading, overflow="fold", no_wrap=heading not in ("verdict", "class"))
    for record in records:
        item = record.item
        table.add_row(*(Text(cell) for cell in _cells(record)), style=_STYLES[item.state])
    return table


_STYLES = {
    ItemState.INSERTED: "yellow",
    ItemState.DECIDED: "yellow",
    ItemState.IN_DOUBT: "bold red",
    ItemState.SETTLED: "",
    ItemState.DELIVERED: "green",
}


def _cells(record: ItemRecord) -> tuple[str, ...]:
    item, verdict = record.item, record.verdict
    label = f"{verdict.label} {verdict.confidence:.2f}" if verdict and verdict.label else ""
    return (
        item.client_uuid[:_UUID_SHOWN],
        item.session_id[:_UUID_SHOWN],
        item.owner or item.mode.value,
        item.state.value,
        item.reason.value if item.reason else "",
        label,
        item.outcome.value if item.outcome else "",
        f"{record.inserted_at[:19].replace('T', ' ')}Z",
    )
