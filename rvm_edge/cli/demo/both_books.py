"""Holds the ledger against the server's books: is everything there, and once?"""

from __future__ import annotations

from collections import Counter

import msgspec

from rvm_edge.ledger.reading import read_only
from rvm_edge.locations import Locations
from rvm_edge.simulator.cloud import CloudServer, Dialect


class BothBooks(msgspec.Struct, frozen=True):
    """What either side has of this run's dropped items.

    Attributes:
        dropped: as the machine's ledger has it.
        delivered: of these, proved to be at the server.
        waiting: still to be delivered.
        dead_letter: that the server does not take as they stand.
        ambiguous: sent at least once without an answer that proved anything.
        on_server: different items in the server's books.
        duplicated_on_server: copies in the server's books beyond the first of each.
        pictures_on_server: items whose picture the server keeps.
        points_due: what the machine's users earned by what is delivered.
        points_on_server: what the server's transactions give to users.
        wrong: where the two sides disagree, in words.
    """

    dropped: int
    delivered: int
    waiting: int
    dead_letter: int
    ambiguous: int
    on_server: int
    duplicated_on_server: int
    pictures_on_server: int
    points_due: int
    points_on_server: int
    wrong: tuple[str, ...]


class _Row(msgspec.Struct, frozen=True):
    number: int
    client_uuid: str
    state: str
    unanswered: int
    possibly_twice: int
    mode: str


def compare(
    locations: Locations, server: CloudServer, *, points_per_item: int, after: int = 0
) -> BothBooks:
    """Compare both sides.

    Args:
        locations: where the ledger is; nobody writes it any more.
        server: the simulated server.
        points_per_item: what a user earns for one.
        after: how many items the ledger had before.

    Raises:
        LedgerUnusableError: the ledger cannot be read.
    """
    all_rows = _rows(locations)
    rows = tuple(row for row in all_rows if row.number > after)
    # What an earlier run took, and was cut off before it told, arrives in this one.
    earlier = {row.client_uuid for row in all_rows} - {row.client_uuid for row in rows}
    stored = [one for one in server.books.transactions if one.client_uuid not in earlier]
    pictures = {one.client_uuid for one in server.books.receipts} - earlier
    copies = Counter(one.client_uuid for one in stored)
    delivered = [row for row in rows if row.state == "delivered"]
    users = sum(row.mode == "user" for row in delivered)
    waiting = sum(row.state == "waiting" for row in rows)
    return BothBooks(
        dropped=len(rows),
        delivered=len(delivered),
        waiting=waiting,
        dead_letter=sum(row.state == "dead" for row in rows),
        ambiguous=sum(row.unanswered > 0 for row in rows),
        on_server=len(copies),
        duplicated_on_server=sum(copies.values()) - len(copies),
        pictures_on_server=len(pictures),
        points_due=users * points_per_item,
        points_on_server=sum(item.points for one in stored for item in one.items),
        wrong=(
            *_missing(delivered, copies),
            *_unknown(rows, copies),
            *_doubled(rows, copies, server.dialect),
            *([f"{waiting} dropped items still wait for the server"] if waiting else []),
        ),
    )


def _rows(locations: Locations) -> tuple[_Row, ...]:
    with read_only(locations.ledger_path) as ledger:
        found = ledger.execute(
            "SELECT items.number, client_uuid, outbox.state, unanswered, possibly_twice, mode "
            "FROM outbox JOIN items USING (client_uuid) ORDER BY outbox.number"
        ).fetchall()
    return tuple(
        _Row(int(number), str(uuid), str(state), int(unanswered), int(possibly_twice), str(mode))
        for number, uuid, state, unanswered, possibly_twice, mode in found
    )


def _missing(delivered: list[_Row], copies: Counter[str]) -> list[str]:
    return [
        f"item {row.client_uuid} counts as delivered, but the server does not have it"
        for row in delivered
        if not copies[row.client_uuid]
    ]


def _unknown(rows: tuple[_Row, ...], copies: Counter[str]) -> list[str]:
    known = {row.client_uuid for row in rows}
    strange = [one for one in copies if one not in known]
    return [f"the server has an item {one} that never dropped" for one in strange]


def _doubled(rows: tuple[_Row, ...], copies: Counter[str], dialect: Dialect) -> list[str]:
    """A server that knows no duplicates may have some, where a reply was lost and it is flagged."""
    excusable = {row.client_uuid: row.possibly_twice for row in rows if dialect is Dialect.M}
    return [
        f"the server has item {one} {count} times, and nothing was lost that could excuse it"
        for one, count in copies.items()
        if count - 1 > excusable.get(one, 0)
    ]
