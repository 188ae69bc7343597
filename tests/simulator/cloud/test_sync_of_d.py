"""D takes deliveries by any user's token, each session_id once, and credits the users."""

from __future__ import annotations

import httpx
import pytest

from rvm_edge.simulator.cloud import DONATION_USER, CloudServer, Dialect, Machine
from tests.simulator.cloud.sending import speaking, sync, transaction

ITEM = {"type": "mineral", "weight": 0, "points": 0}


@pytest.fixture
def dialect() -> Dialect:
    return Dialect.D


async def test_deposits_are_stored_and_their_users_credited(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    reply = await sync(
        client,
        transaction("guest"),
        transaction("users", user_id=7, items=[{**ITEM, "points": 10}, {**ITEM, "points": 5}]),
    )
    assert (reply.status_code, reply.json()) == (
        200,
        {
            "status": "success",
            "message": "Synced 2 offline transactions",
            "synced_count": 2,
            "errors": [],
        },
    )
    assert [one.user_id for one in server.books.transactions] == [DONATION_USER, 7]
    assert {one.rvm_id for one in server.books.transactions} == {machine.rvm_id}
    assert (server.books.points_of(7), server.books.points_of(DONATION_USER)) == (115, 0)


async def test_a_known_session_counts_as_synced_and_writes_nothing(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    mine = transaction(user_id=7, items=[{**ITEM, "points": 10}])
    assert (await sync(client, mine, mine)).json()["synced_count"] == 2
    assert (await sync(client, mine)).json()["synced_count"] == 1
    async with speaking(server, server.add_machine("RVM-2")) as other:
        assert (await sync(other, mine)).json()["synced_count"] == 1
    assert len(server.books.transactions) == 1
    assert server.books.points_of(7) == 110


async def test_an_unknown_user_is_reported_and_the_others_are_kept(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    reply = await sync(client, transaction("a", user_id=7777), transaction("b"))
    assert reply.status_code == 200
    assert reply.json()["errors"] == ["User not found: 7777"]
    assert reply.json()["synced_count"] == 1
    assert [one.session_id for one in server.books.transactions] == ["b"]


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer the-machines-auth-token", "Basic x"])
async def test_a_machines_key_alone_is_bare_unauthenticated(
    client: httpx.AsyncClient, token: str
) -> None:
    reply = await sync(client, transaction(), headers={"Authorization": token})
    assert (reply.status_code, reply.json()) == (401, {"message": "Unauthenticated."})
    page = await sync(client, transaction(), headers={"Authorization": token, "Accept": "*/*"})
    assert page.status_code == 302


@pytest.mark.parametrize("named", ["", "RVM-202601-042", "0a6e-uuid", "9999", "²"])
async def test_the_machine_must_be_named_by_its_number_and_sql_leaks_if_not(
    server: CloudServer, client: httpx.AsyncClient, named: str
) -> None:
    reply = await client.post(
        "/edge/sync-offline",
        json={"transactions": [transaction()]},
        headers=[(b"X-RVM-Machine-ID", named.encode("latin-1"))],
    )
    assert reply.status_code == 500
    assert reply.json()["message"].startswith("Sync failed: SQLSTATE")
    assert reply.json()["synced_count"] == 0
    assert server.books.transactions == []


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"session_id": None}, "session_id", "is required"),
        ({"session_id": 5}, "session_id", "must be a string"),
        ({"user_id": "guest"}, "user_id", "must be an integer"),
        ({"user_id": None}, "user_id", "is required"),
        ({"timestamp": 1_770_692_400}, "timestamp", "must be a string"),
        ({"items": "mineral"}, "items", "must be an array"),
        ({"items": []}, "items", "is required"),
        ({"items": [{**ITEM, "type": None}]}, "items.0.type", "is required"),
        ({"items": [{**ITEM, "weight": "heavy"}]}, "items.0.weight", "must be a number"),
        ({"items": [{**ITEM, "points": 1.5}]}, "items.0.points", "must be an integer"),
    ],
)
async def test_every_entry_is_checked_first(
    server: CloudServer,
    client: httpx.AsyncClient,
    changes: dict[str, object],
    field: str,
    sentence: str,
) -> None:
    reply = await sync(client, transaction("good"), {**transaction("bad"), **changes})
    assert reply.status_code == 422
    assert list(reply.json()["errors"]) == [f"transactions.1.{field}"]
    assert sentence in reply.json()["message"]
    assert server.books.transactions == []


@pytest.mark.parametrize("body", [{}, {"transactions": []}, {"transactions": "x"}])
async def test_a_request_without_transactions_is_refused(
    client: httpx.AsyncClient, body: dict[str, object]
) -> None:
    reply = await client.post("/edge/sync-offline", json=body)
    assert (reply.status_code, list(reply.json()["errors"])) == (422, ["transactions"])


@pytest.mark.parametrize(
    ("sent", "wrong_by_s"),
    [
        ("2026-02-10T03:00:00+00:00", 0),
        ("2026-02-10T10:00:00+07:00", 7 * 3600),
        ("1770692400", 0),
    ],
)
async def test_the_offset_of_a_timestamp_is_forgotten(
    server: CloudServer, client: httpx.AsyncClient, sent: str, wrong_by_s: int
) -> None:
    await sync(client, transaction(timestamp=sent))
    assert server.books.transactions[0].kept_at_s == 1_770_692_400 + wrong_by_s


async def test_guests_fail_where_their_account_was_never_seeded(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    del server.books.users[DONATION_USER]
    assert (await sync(client, transaction())).json()["errors"] == ["User not found: -1"]
