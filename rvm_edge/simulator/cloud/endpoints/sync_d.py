"""POST /edge/sync-offline as D answers it: by a user's token, once for each session_id."""

from __future__ import annotations

import msgspec

from rvm_edge.simulator.cloud.bodies import json_fields
from rvm_edge.simulator.cloud.doors import user_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.fields import Fields
from rvm_edge.simulator.cloud.records import Item, Transaction
from rvm_edge.simulator.cloud.refusals import unprocessable
from rvm_edge.simulator.cloud.site import Site

MACHINE_HEADER = "x-rvm-machine-id"
_INSERT = 'insert into "transactions" ("user_id", "rvm_machine_id", "session_id", ...) values (...)'


class _Entry(msgspec.Struct, frozen=True):
    """One transaction as it was sent, and known to be well formed."""

    client_uuid: str
    session_id: str
    user_id: int
    type: str
    timestamp: str
    items: tuple[Item, ...]


def sync_offline(site: Site, request: Request) -> Response:
    """Store what is new, credit its user, and count as synced what was there already."""
    user = user_at(site, request)
    if isinstance(user, Response):
        return user
    fields = Fields(json_fields(request))
    entries = _check(fields)
    if fields.errors:
        return unprocessable(request, site.origin, fields.errors)
    try:
        new, synced, errors = _sort(site, request, entries)
    except ValueError as failure:
        return as_json(
            500, {"status": "error", "message": f"Sync failed: {failure}", "synced_count": 0}
        )
    site.books.transactions += new
    for one in new:
        if one.user_id is not None:
            site.books.users[one.user_id].points += sum(item.points for item in one.items)
    told: dict[str, Json] = {
        "status": "success",
        "message": f"Synced {synced} offline transactions",
        "synced_count": synced,
        "errors": list(errors),
    }
    return as_json(200, told)


def _check(fields: Fields) -> list[_Entry]:
    return [
        _entry(fields, f"transactions.{at}")
        for at, _ in enumerate(fields.entries("transactions", least=1))
    ]


def _entry(fields: Fields, path: str) -> _Entry:
    return _Entry(
        client_uuid=fields.text(f"{path}.client_uuid"),
        session_id=fields.text(f"{path}.session_id", required=True),
        user_id=fields.whole(f"{path}.user_id", required=True),
        type=fields.text(f"{path}.type"),
        timestamp=fields.text(f"{path}.timestamp", required=True),
        items=tuple(
            Item(
                fields.text(f"{path}.items.{at}.type", required=True),
                fields.number(f"{path}.items.{at}.weight", required=True),
                fields.whole(f"{path}.items.{at}.points", required=True),
            )
            for at, _ in enumerate(fields.entries(f"{path}.items"))
        ),
    )


def _sort(
    site: Site, request: Request, entries: list[_Entry]
) -> tuple[list[Transaction], int, list[str]]:
    """Return what to store, how many count as synced, and what is said about the others.

    Raises:
        ValueError: the database refuses an entry, and so the whole request; the message is its
            SQL, also where debugging is off.
    """
    known = {one.session_id for one in site.books.transactions}
    new: list[Transaction] = []
    synced, errors = 0, []
    for entry in entries:
        if entry.session_id in known:
            synced += 1
        elif entry.user_id not in site.books.users:
            errors.append(f"User not found: {entry.user_id}")
        else:
            known.add(entry.session_id)
            new.append(_stored(site, request, len(site.books.transactions) + len(new) + 1, entry))
            synced += 1
    return new, synced, errors


def _stored(site: Site, request: Request, number: int, entry: _Entry) -> Transaction:
    kept = site.clock.keep(entry.timestamp)
    return Transaction(
        number,
        _rvm_id(site, request.header(MACHINE_HEADER)),
        entry.client_uuid,
        entry.session_id,
        entry.user_id,
        entry.type,
        entry.timestamp,
        kept,
        site.clock.instant_s(kept),
        entry.items,
    )


def _rvm_id(site: Site, header: str) -> int:
    if not header:
        raise ValueError(
            "SQLSTATE[23000]: Integrity constraint violation: 19 NOT NULL constraint failed: "
            f"transactions.rvm_machine_id (Connection: sqlite, SQL: {_INSERT})"
        )
    if not header.isdecimal() or site.books.by_id(int(header)) is None:
        raise ValueError(
            "SQLSTATE[23000]: Integrity constraint violation: 19 FOREIGN KEY constraint failed "
            f"(Connection: sqlite, SQL: {_INSERT})"
        )
    return int(header)
