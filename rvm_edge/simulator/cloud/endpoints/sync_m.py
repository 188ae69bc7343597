"""POST /edge/sync-offline as M answers it: by a machine's key, all of it or nothing."""

from __future__ import annotations

import math

from rvm_edge.simulator.cloud.bodies import json_fields, number
from rvm_edge.simulator.cloud.doors import machine_at
from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json
from rvm_edge.simulator.cloud.records import Item, Machine, Transaction
from rvm_edge.simulator.cloud.site import Site


def sync_offline(site: Site, request: Request) -> Response:
    """Store every entry, as often as it is sent; one bad entry, and none is stored."""
    machine = machine_at(site, request)
    if isinstance(machine, Response):
        return machine
    sent = json_fields(request).get("transactions")
    entries = list(sent.values()) if isinstance(sent, dict) else sent
    if not isinstance(entries, list):
        return as_json(422, {"status": "error", "message": "Invalid format"})
    first = len(site.books.transactions) + 1
    try:
        stored = [_read(site, machine, first + at, entry) for at, entry in enumerate(entries)]
    except ValueError as failure:
        return as_json(500, {"status": "error", "message": str(failure)})
    site.books.transactions += stored
    return as_json(
        200,
        {
            "status": "success",
            "message": f"Synced {len(stored)} offline transactions",
            "synced_count": len(stored),
        },
    )


def _read(site: Site, machine: Machine, at: int, entry: Json) -> Transaction:
    """Take an entry without checking it first, as the server does.

    Raises:
        ValueError: what PHP complains about.
    """
    if not isinstance(entry, dict):
        raise ValueError(_OFFSET_ON_TEXT)
    if "items" not in entry:
        raise ValueError('Undefined array key "items"')
    items = entry["items"]
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, list):
        raise ValueError(f"foreach() argument must be of type array|object, {_php(items)} given")
    sent = entry.get("timestamp")
    if sent is not None and (isinstance(sent, bool) or not isinstance(sent, (str, int, float))):
        raise ValueError(f"Could not parse '{_php(sent)}'")
    kept = site.clock.keep(site.clock.now_s() if sent is None else sent)
    return Transaction(
        at,
        machine.rvm_id,
        _text(entry, "client_uuid"),
        _text(entry, "session_id"),
        None,
        _text(entry, "type"),
        "" if sent is None else str(sent),
        kept,
        site.clock.instant_s(kept),
        tuple(_item(item) for item in items),
    )


def _item(item: Json) -> Item:
    if not isinstance(item, dict):
        raise ValueError(_OFFSET_ON_TEXT)
    if "type" not in item:
        raise ValueError('Undefined array key "type"')
    return Item(_text(item, "type"), _number(item, "weight"), int(_number(item, "points")))


def _text(entry: dict[str, Json], key: str) -> str:
    found = entry.get(key)
    return "" if found is None else str(found)


def _number(entry: dict[str, Json], key: str) -> float:
    sent = entry.get(key)
    found = 0.0 if sent is None else number(sent)
    if found is None or not math.isfinite(found):
        raise ValueError(f"SQLSTATE[22003]: Numeric value out of range: {key}")
    return found


def _php(value: Json) -> str:
    """Return PHP's name for a value's type."""
    names = {bool: "bool", int: "int", float: "float", str: "string", list: "array", dict: "array"}
    return names.get(type(value), "null")


_OFFSET_ON_TEXT = "Cannot access offset of type string on string"
