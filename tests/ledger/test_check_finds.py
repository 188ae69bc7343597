# ruff: noqa: S608 - the SQL that is planted is made of this file's own words
"""Every kind of violation, planted with the guards taken away, is found and its row named."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest
import trio

from rvm_edge.item import SessionEnd
from rvm_edge.ledger import Check, LedgerUnusableError, ViolationKind, check
from rvm_edge.ledger.invariants import INVARIANTS
from tests.ledger.scenes import bring_to, close, new_session, open_now

STRANGER = "00000000-0000-4000-8000-000000000000"
AT = "2026-03-01T09:00:00.000000Z"


@pytest.fixture
def uuids(path: Path) -> dict[str, str]:
    """A ledger with one item in each end, by the end's name."""
    ledger = open_now(path)
    session = new_session()
    trio.run(ledger.open_session, session)
    found = {}
    for name, situation in {
        "delivered": "accepted dropped delivered",
        "dropped": "accepted dropped",
        "returned": "refused given_back returned",
        "doubted_then_dropped": "accepted doubted dropped",
        "in_hand": "accepted doubted",
    }.items():
        found[name] = trio.run(partial(bring_to, ledger, situation)).client_uuid
    found["session"] = session.session_id
    close(ledger)
    return found


def plant(path: Path, *statements: str) -> None:
    """Run SQL with every CHECK, trigger, foreign key and unique index out of the way."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA foreign_keys = OFF")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DROP INDEX each_step_once")
    connection.execute("DROP INDEX one_item_in_hand")
    connection.execute("DROP INDEX one_open_session")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


def kinds(found: Check) -> set[str]:
    """Return what was found, apart from the indexes that `plant` takes away."""
    return {
        violation.kind.value
        for violation in found.violations
        if violation.kind is not ViolationKind.PROTECTION_MISSING
    }


def rows(found: Check, kind: str) -> set[str]:
    return {violation.row for violation in found.violations if violation.kind.value == kind}


def copy_step(uuid: str, step: str) -> str:
    return (
        "INSERT INTO steps (client_uuid, step, detail, at, opening, mono_s) "
        f"SELECT client_uuid, step, detail, at, opening, 9e9 FROM steps "
        f"WHERE client_uuid = '{uuid}' AND step = '{step}'"
    )


_PICTURE = "(client_uuid, accepted, bytes, kept_at, kept_opening, kept_mono_s)"

# kind: the statements, the row that must be named, and what else the same rows must raise.
PLANTED: dict[str, tuple[tuple[str, ...], str, set[str]]] = {
    "credited_not_dropped": (
        ("UPDATE items SET delivered_at = settled_at WHERE client_uuid = '{returned}'",),
        "item {returned}",
        {"state_contradicts", "history_disagrees"},
    ),
    "outbox_without_drop": (
        (f"INSERT INTO outbox (client_uuid, created_at) VALUES ('{{returned}}', '{AT}')",),
        "outbox 4",
        set(),
    ),
    "dropped_not_accepted": (
        (
            "UPDATE items SET accepted = 0, reason = 'not_empty' WHERE client_uuid = '{dropped}'",
            "UPDATE steps SET detail = 'not_empty' "
            "WHERE client_uuid = '{dropped}' AND step = 'decided'",
        ),
        "item {dropped}",
        set(),
    ),
    "dropped_after_given_back": (
        (f"UPDATE items SET given_back_at = '{AT}' WHERE client_uuid = '{{dropped}}'",),
        "item {dropped}",
        {"history_disagrees"},
    ),
    "dropped_not_recorded": (
        ("DELETE FROM outbox WHERE client_uuid = '{dropped}'",),
        "item {dropped}",
        {"row_missing"},
    ),
    "delivery_contradicts": (
        (
            f"UPDATE outbox SET state = 'delivered', delivered_at = '{AT}' "
            "WHERE client_uuid = '{dropped}'",
        ),
        "outbox 2",
        set(),
    ),
    "decided_twice": (
        (copy_step("{in_hand}", "decided"),),
        "item {in_hand}",
        {"history_out_of_order"},
    ),
    "settled_twice": (
        (
            "INSERT INTO steps (client_uuid, step, detail, at, opening, mono_s) "
            f"VALUES ('{{dropped}}', 'settled', 'returned', '{AT}', 1, 9e9)",
        ),
        "item {dropped}",
        {"history_disagrees"},
    ),
    "step_repeated": ((copy_step("{in_hand}", "in_doubt"),), "item {in_hand}", set()),
    "unresolved": (
        (
            "UPDATE items SET state = 'in_doubt', outcome = NULL, settled_at = NULL, "
            f"doubt = 'x', doubted_at = '{AT}' WHERE client_uuid = '{{returned}}'",
        ),
        "item {returned}",
        {"history_disagrees"},
    ),
    "two_open_sessions": (
        (
            "INSERT INTO sessions (session_id, mode, owner, opened_at) "
            f"VALUES ('{STRANGER}', 'guest', '', '{AT}')",
        ),
        "session {session}",
        set(),
    ),
    "without_session": (
        (f"UPDATE items SET session_id = '{STRANGER}' WHERE client_uuid = '{{returned}}'",),
        "item {returned}",
        {"foreign_key", "history_disagrees"},
    ),
    "owner_differs": (
        ("UPDATE items SET owner = 'thief' WHERE client_uuid = '{dropped}'",),
        "item {dropped}",
        {"foreign_key"},
    ),
    "state_contradicts": (
        ("UPDATE items SET state = 'inserted' WHERE client_uuid = '{in_hand}'",),
        "item {in_hand}",
        set(),
    ),
    "history_disagrees": (
        (f"UPDATE items SET settled_at = '{AT}' WHERE client_uuid = '{{dropped}}'",),
        "item {dropped}, step 7",
        set(),
    ),
    "history_out_of_order": (
        (
            "UPDATE steps SET seq = 900 WHERE client_uuid = '{in_hand}' AND step = 'inserted'",
            "UPDATE steps SET mono_s = 9e9 WHERE seq = 900",
        ),
        "step 900",
        {"row_missing"},
    ),
    "row_missing": (
        ("DELETE FROM steps WHERE client_uuid = '{in_hand}' AND step = 'in_doubt'",),
        "steps 18",
        {"history_disagrees"},
    ),
    "foreign_key": (
        (f"INSERT INTO outbox (client_uuid, created_at) VALUES ('{STRANGER}', '{AT}')",),
        "outbox 4",
        {"outbox_without_drop"},
    ),
    "registration_contradicts": (
        (
            "INSERT INTO registrations (server_url, hardware_id, known_at, in_force) "
            f"VALUES ('https://rvm.example.org', 'RVM-1', '{AT}', 1)",
            "INSERT INTO registrations (server_url, hardware_id, known_at) "
            f"VALUES ('https://rvm.example.org', 'RVM-2', '{AT}')",
            "UPDATE sessions SET registration = 1",
            "UPDATE items SET registration = 1",
            "UPDATE items SET registration = 2 WHERE client_uuid = '{delivered}'",
            "UPDATE items SET registration = 3 WHERE client_uuid = '{dropped}'",
            "UPDATE items SET registration = NULL WHERE client_uuid = '{returned}'",
        ),
        "item {delivered}, item {dropped}, item {returned}",
        {"foreign_key"},
    ),
    "dead_letter_contradicts": (
        (
            "UPDATE outbox SET state = 'dead' WHERE client_uuid = '{dropped}'",
            "INSERT INTO dead_letters (client_uuid, why, died_at) "
            f"VALUES ('{{delivered}}', 'x', '{AT}')",
        ),
        "outbox 2, dead letter 1",
        set(),
    ),
    "delivered_unproved": (
        (
            "UPDATE outbox SET attempts = 2, unanswered = 2, sent_at = delivered_at "
            "WHERE client_uuid = '{delivered}'",
        ),
        "outbox 1",
        set(),
    ),
    "picture_contradicts": (
        (f"INSERT INTO pictures {_PICTURE} VALUES ('{{dropped}}', 0, 1, '{AT}', 1, 0.0)",),
        "picture {dropped}",
        set(),
    ),
    "picture_removed_too_soon": (
        (
            f"INSERT INTO pictures {_PICTURE} VALUES ('{{dropped}}', 1, 1, '{AT}', 1, 0.0)",
            f"UPDATE pictures SET removed_at = '{AT}', why_removed = 'expired'",
        ),
        "picture {dropped}",
        set(),
    ),
    "integrity": (
        (
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'state, accepted', 'state, number') "
            "WHERE name = 'items_by_state'",
        ),
        "",
        set(),
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_violation_is_found_and_named(
    path: Path, uuids: dict[str, str], kind: str
) -> None:
    statements, row, others = PLANTED[kind]
    plant(path, *(statement.format_map(uuids) for statement in statements))
    found = check(path)
    assert kinds(found) == {kind, *others}
    expected = {name.format_map(uuids) for name in row.split(", ")}
    assert rows(found, kind) == expected


def test_every_kind_is_planted_somewhere() -> None:
    elsewhere = {ViolationKind.PROTECTION_MISSING.value}
    assert {kind.value for kind in ViolationKind} == PLANTED.keys() | elsewhere
    assert INVARIANTS.keys() <= PLANTED.keys()


def test_planting_nothing_finds_only_the_missing_guards(path: Path, uuids: dict[str, str]) -> None:
    plant(path)
    found = check(path)
    assert kinds(found) == set()
    assert rows(found, "protection_missing") == {
        "each_step_once",
        "one_item_in_hand",
        "one_open_session",
    }


def test_a_sound_ledger_counts_its_items_by_state(path: Path, uuids: dict[str, str]) -> None:
    found = check(path)
    assert found.violations == ()
    assert found.items == 5
    assert found.by_state == {
        "inserted": 0,
        "decided": 0,
        "in_doubt": 1,
        "settled": 3,
        "delivered": 1,
    }


def test_one_item_in_doubt_is_no_violation_until_a_later_item_exists(
    path: Path, uuids: dict[str, str]
) -> None:
    assert check(path).violations == ()
    plant(
        path,
        "INSERT INTO items (client_uuid, session_id, mode, owner, state, inserted_at) SELECT "
        f"'{STRANGER}', session_id, mode, owner, 'inserted', inserted_at FROM items LIMIT 1",
    )
    assert rows(check(path), "unresolved") == {f"item {uuids['in_hand']}"}


def test_a_clock_that_ran_backwards_within_one_opening_is_found(
    path: Path, uuids: dict[str, str]
) -> None:
    plant(path, "UPDATE steps SET mono_s = 1.0 WHERE seq = 5")
    found = check(path)
    assert kinds(found) == {"history_out_of_order"}
    assert rows(found, "history_out_of_order") == {"step 5"}


def test_a_whole_item_wiped_out_leaves_gaps(path: Path, uuids: dict[str, str]) -> None:
    victim = uuids["dropped"]
    plant(
        path,
        *(f"DELETE FROM {t} WHERE client_uuid = '{victim}'" for t in ("outbox", "steps", "items")),
    )
    assert rows(check(path), "row_missing") == {"items 2", "outbox 2", "steps 5"}


def test_a_wall_clock_that_jumps_by_years_is_no_violation(path: Path) -> None:
    ledger = open_now(path)
    clock = ledger._store._clock
    session = new_session()
    trio.run(ledger.open_session, session)
    for year in (1970, 2038, 2001):
        clock.now = clock.now.replace(year=year)  # type: ignore[attr-defined] # the test's clock
        trio.run(partial(bring_to, ledger, "accepted doubted dropped"))
    trio.run(partial(ledger.close_session, session.session_id, SessionEnd.FINISHED))
    close(ledger)
    assert check(path).violations == ()


@pytest.mark.parametrize("content", [b"", b"garbage" * 999], ids=["empty", "garbage"])
def test_a_file_that_is_no_ledger_is_a_violation_and_not_a_crash(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    found = check(path)
    assert [violation.kind for violation in found.violations] == [ViolationKind.INTEGRITY]
    assert found.items == 0
    assert path.read_bytes() == content


def test_a_broken_page_is_a_violation_and_not_a_crash(path: Path, uuids: dict[str, str]) -> None:
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        broken = bytearray(data)
        broken[page * 4096 : (page + 1) * 4096] = bytes(4096)
        path.write_bytes(broken)
        assert "integrity" in kinds(check(path)), page


@pytest.mark.parametrize(
    "change",
    [
        "items SET confidence = 7.0 WHERE client_uuid = '{dropped}'",
        "items SET accepted = 2 WHERE client_uuid = '{dropped}'",
        "items SET state = 'lost' WHERE client_uuid = '{dropped}'",
        "items SET elapsed_ms = -1.0 WHERE client_uuid = '{dropped}'",
        "items SET model_hash = NULL WHERE client_uuid = '{dropped}'",
        "items SET reason = 'not_empty' WHERE client_uuid = '{dropped}'",
        "items SET doubt = 'x' WHERE client_uuid = '{dropped}'",
        "items SET outcome = 'stolen' WHERE client_uuid = '{dropped}'",
        "items SET settled_at = NULL WHERE client_uuid = '{dropped}'",
        "sessions SET why = 'finished'",
        "sessions SET mode = 'guest'",
        "outbox SET state = 'delivered' WHERE client_uuid = '{dropped}'",
        "outbox SET attempts = -1 WHERE client_uuid = '{dropped}'",
        "outbox SET state = 'lost' WHERE client_uuid = '{dropped}'",
        "outbox SET unanswered = 1 WHERE client_uuid = '{dropped}'",
        f"outbox SET sent_at = '{AT}' WHERE client_uuid = '{{dropped}}'",
        "outbox SET unanswered = -1, attempts = 1 WHERE client_uuid = '{dropped}'",
    ],
)
def test_a_row_against_a_rule_of_its_table_is_found(
    path: Path, uuids: dict[str, str], change: str
) -> None:
    plant(path, f"UPDATE {change}".format_map(uuids))
    table = change.split(maxsplit=1)[0]
    found = rows(check(path), "state_contradicts")
    assert (
        found
        == {
            "items": {f"item {uuids['dropped']}"},
            "sessions": {f"session {uuids['session']}"},
            "outbox": {"outbox 2"},
        }[table]
    )


@pytest.mark.parametrize(
    "change",
    [
        "accepted = 2",
        "bytes = 0",
        "attempts = -1",
        "reduced = 7",
        "uploaded_mono_s = 1.0",
        "uploaded_opening = 1",
        f"uploaded_at = '{AT}', uploaded_opening = 1, uploaded_mono_s = 1.0, given_up = 'x'",
        f"removed_at = '{AT}'",
        f"removed_at = '{AT}', why_removed = 'stolen'",
        f"removed_at = '{AT}', why_removed = 'delivered'",
    ],
)
def test_a_picture_against_a_rule_of_its_table_is_found(
    path: Path, uuids: dict[str, str], change: str
) -> None:
    plant(
        path,
        f"INSERT INTO pictures {_PICTURE} VALUES ('{uuids['returned']}', 0, 1, '{AT}', 1, 0.0)",
        f"UPDATE pictures SET {change}",
    )
    assert rows(check(path), "state_contradicts") == {f"picture {uuids['returned']}"}


def test_an_item_delivered_without_a_row_in_the_outbox_is_found(
    path: Path, uuids: dict[str, str]
) -> None:
    plant(path, f"DELETE FROM outbox WHERE client_uuid = '{uuids['delivered']}'")
    assert rows(check(path), "dropped_not_recorded") == {f"item {uuids['delivered']}"}


def test_a_dead_letter_of_a_delivered_item_is_found(path: Path, uuids: dict[str, str]) -> None:
    plant(
        path,
        "UPDATE outbox SET state = 'dead', delivered_at = NULL "
        f"WHERE client_uuid = '{uuids['delivered']}'",
        f"INSERT INTO dead_letters (client_uuid, why, died_at) SELECT '{uuids['delivered']}', "
        f"'refused', '{AT}'",
    )
    assert rows(check(path), "delivery_contradicts") == {"outbox 1"}


def test_a_missing_ledger_is_one_clear_error(path: Path) -> None:
    with pytest.raises(LedgerUnusableError, match=f"there is no ledger at {path}; "):
        check(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM steps", "append-only"),
        ("UPDATE steps SET detail = 'x'", "append-only"),
        ("DELETE FROM items", "never deleted"),
        ("DELETE FROM sessions", "never deleted"),
        ("DELETE FROM outbox", "never deleted"),
        ("UPDATE items SET owner = 'thief'", "keeps its identity"),
        ("UPDATE sessions SET owner = 'thief'", "latched"),
        ("UPDATE items SET state = 'inserted' WHERE state = 'settled'", "only moves forward"),
        ("UPDATE items SET state = 'settled' WHERE state = 'delivered'", "only moves forward"),
        ("UPDATE items SET accepted = 1 WHERE accepted = 0", "written once"),
        ("UPDATE items SET outcome = 'dropped' WHERE outcome = 'returned'", "written once"),
        ("UPDATE items SET given_back_at = inserted_at WHERE outcome = 'dropped'", "once, before"),
        ("UPDATE items SET given_back_at = NULL WHERE given_back_at NOT NULL", "once, before"),
        (
            "INSERT INTO outbox (client_uuid, created_at) SELECT client_uuid, inserted_at "
            "FROM items WHERE outcome = 'returned'",
            "only a dropped item earns",
        ),
        (
            "INSERT INTO items (client_uuid, session_id, mode, owner, state, inserted_at) SELECT "
            f"'{STRANGER}', session_id, mode, owner, 'inserted', inserted_at FROM items LIMIT 1",
            "UNIQUE constraint failed: index 'one_item_in_hand'",
        ),
        (
            "INSERT INTO sessions (session_id, mode, owner, opened_at) "
            f"VALUES ('{STRANGER}', 'guest', '', '{AT}')",
            "UNIQUE constraint failed: index 'one_open_session'",
        ),
        ("UPDATE items SET state = 'settled' WHERE outcome IS NULL", "CHECK constraint failed"),
        ("UPDATE outbox SET state = 'dead' WHERE state = 'delivered'", "a delivery is final"),
        (f"UPDATE outbox SET created_at = '{AT}'", "keeps its identity"),
        (
            "UPDATE outbox SET unanswered = 1 WHERE state = 'waiting'",
            "CHECK constraint failed",
        ),
        (
            "INSERT INTO steps (client_uuid, step, detail, at, opening, mono_s) "
            "SELECT client_uuid, step, detail, at, opening, mono_s FROM steps LIMIT 1",
            "UNIQUE constraint failed: steps.client_uuid, steps.step",
        ),
    ],
)
def test_the_tables_themselves_forbid_it(
    path: Path, uuids: dict[str, str], statement: str, why: str
) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError, match=why):
        connection.execute(statement)
    connection.close()
    assert check(path).violations == ()
