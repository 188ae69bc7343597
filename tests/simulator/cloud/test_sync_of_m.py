"""M takes deliveries by a machine's key: all of a request or nothing, as often as it is sent."""

from __future__ import annotations

import httpx
import pytest

from rvm_edge.simulator.cloud import CloudServer, Dialect, Item, Machine
from tests.simulator.cloud.sending import sync, transaction


@pytest.fixture
def dialect() -> Dialect:
    return Dialect.M


async def test_deposits_are_stored_as_they_were_sent(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    bottle = {"type": "mineral", "weight": 21.5, "points": 50}
    items = [bottle, {"type": "anything", "points": None}]
    reply = await sync(client, transaction(items=items, user_id=7))
    assert (reply.status_code, reply.json()) == (
        200,
        {"status": "success", "message": "Synced 1 offline transactions", "synced_count": 1},
    )
    (stored,) = server.books.transactions
    assert (stored.client_uuid, stored.session_id) == ("0d1c", "0d1c")
    assert (stored.rvm_id, stored.user_id) == (machine.rvm_id, None)
    assert stored.items == (Item("mineral", 21.5, 50), Item("anything", 0, 0))
    assert server.books.points_of(7) == 100


async def test_nothing_is_deduplicated(server: CloudServer, client: httpx.AsyncClient) -> None:
    reply = await sync(client, transaction(), transaction())
    assert reply.json()["synced_count"] == 2
    await sync(client, transaction())
    assert [one.number for one in server.books.transactions] == [1, 2, 3]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"client_uuid": "no items"}, 'Undefined array key "items"'),
        (transaction(items="mineral"), "foreach() argument must be of type array|object, string"),
        (transaction(items=[{"weight": 1}]), 'Undefined array key "type"'),
        (transaction(items=["mineral"]), "Cannot access offset of type string"),
        (transaction(timestamp="yesterday-ish"), "Could not parse 'yesterday-ish'"),
        (transaction(timestamp=True), "Could not parse 'bool'"),
        (transaction(timestamp="1e999"), "Could not parse"),
        (
            transaction(items=[{"type": "x", "points": "many"}]),
            "Numeric value out of range: points",
        ),
        ("no object", "Cannot access offset of type string"),
    ],
)
async def test_one_bad_entry_rolls_all_back(
    server: CloudServer, client: httpx.AsyncClient, bad: object, message: str
) -> None:
    reply = await sync(client, transaction("good"), bad)
    assert (reply.status_code, reply.json()["status"]) == (500, "error")
    assert message in reply.json()["message"]
    assert server.books.transactions == []


@pytest.mark.parametrize("body", [b"{}", b"{broken", b'{"transactions":"x"}', b""])
async def test_no_list_is_an_invalid_format(client: httpx.AsyncClient, body: bytes) -> None:
    reply = await client.post(
        "/edge/sync-offline", content=body, headers={"Content-Type": "application/json"}
    )
    assert reply.status_code == 422
    assert reply.json() == {"status": "error", "message": "Invalid format"}


@pytest.mark.parametrize(
    ("sent", "wrong_by_s"),
    [
        ("2026-02-10T10:00:00+07:00", 0),
        ("2026-02-10T03:00:00Z", -7 * 3600),
        ("1770692400", 0),
        (1_770_692_400, 0),
        (1_770_692_400.9, 0),
        (None, 0),
    ],
)
async def test_the_offset_of_a_timestamp_is_forgotten(
    server: CloudServer, client: httpx.AsyncClient, sent: object, wrong_by_s: int
) -> None:
    await sync(client, transaction(timestamp=sent))
    assert server.books.transactions[0].kept_at_s == 1_770_692_400 + wrong_by_s
