"""Holds the machine's ledger against the simulated server's books, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rvm_edge.ledger.reading import read_only
from rvm_edge.simulator.cloud import DONATION_USER, Dialect, Transaction


class Told(msgspec.Struct, frozen=True):
    """One dropped item, as the machine's ledger has it.

    Attributes:
        client_uuid: the item's identity.
        owner: the user's id; "" for a guest.
        state: of its delivery.
        possibly_twice: copies beyond the first that may be at a server which knows no duplicates.
    """

    client_uuid: str
    owner: str
    state: str
    possibly_twice: int


def dropped_items(ledger_path: Path) -> tuple[Told, ...]:
    """Read the ledger's dropped items, in the order in which they dropped."""
    with read_only(ledger_path) as ledger:
        rows = ledger.execute(
            "SELECT client_uuid, owner, outbox.state, possibly_twice FROM items "
            "LEFT JOIN outbox USING (client_uuid) WHERE outcome = 'dropped' ORDER BY items.number"
        ).fetchall()
    return tuple(Told(str(uuid), str(who), str(state), int(n or 0)) for uuid, who, state, n in rows)


def disagreements(
    dropped: Sequence[Told], at_server: Sequence[Transaction], dialect: Dialect, *, points: int = 10
) -> list[str]:
    """Say where the two sides differ once everything was delivered.

    Args:
        dropped: the machine's side.
        at_server: the server's side.
        dialect: which server it is.
        points: what a user earns for an item.
    """
    found = [f"{one.client_uuid} is {one.state}" for one in dropped if one.state != "delivered"]
    copies = Counter(one.client_uuid for one in at_server)
    mine = {one.client_uuid: one for one in dropped}
    for one in dropped:
        most = 1 + (one.possibly_twice if dialect is Dialect.M else 0)
        if not 1 <= copies[one.client_uuid] <= most:
            found.append(f"{one.client_uuid}: {copies[one.client_uuid]} copies, at most {most}")
    for told in at_server:
        item = mine.get(told.client_uuid)
        if item is None:
            found.append(f"{told.client_uuid} never dropped")
            continue
        owner = int(item.owner) if item.owner else DONATION_USER
        if told.user_id != (owner if dialect is Dialect.D else None):
            found.append(f"{told.client_uuid} is {told.user_id}'s instead of {owner}'s")
        earned = sum(one.points for one in told.items)
        if earned != (points if item.owner else 0) or len(told.items) != 1:
            found.append(f"{told.client_uuid} earned {earned} with {len(told.items)} things")
    return found
