"""The journal bears witness to the ledger: whoever changes one book contradicts the other."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from rvm_edge.item import Reason
from rvm_edge.ledger import Ledger, read_only
from rvm_edge.ledger.witness import MOST_CONTRADICTIONS, Account, Witness, newest_item
from tests.ledger.scenes import bring_to, close, new_session, open_now

Rows = list[tuple[str, dict[str, object]]]

TAKEN, REFUSED, CLEARED, UNSEEN = (
    "accepted dropped delivered",
    "refused given_back returned",
    "accepted doubted dropped",  # interrupted, and told by the sensors afterwards
    "doubted returned",  # interrupted before the journal knew of it
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_now(tmp_path / "ledger.sqlite")
    trio.run(opened.open_session, new_session())
    yield opened
    close(opened)


def put_in(ledger: Ledger, *situations: str) -> tuple[list[str], Rows]:
    """Let items have these lives; return their names, and what the journal saw of each."""
    names: list[str] = []
    rows: Rows = []
    for situation in situations:
        name = trio.run(bring_to, ledger, situation).client_uuid
        names.append(name)
        steps = situation.split()
        if steps[0] == "doubted":
            continue
        accepted = steps[0] == "accepted"
        reason = Reason.EMPTY_PET if accepted else Reason.NOT_EMPTY
        rows.append(("item.inserted", {"client_uuid": name}))
        told: dict[str, object] = {"client_uuid": name, "accepted": accepted}
        rows.append(("verdict", {**told, "reason": reason.value}))
        if "doubted" not in steps:
            end = "item.dropped" if accepted else "item.returned"
            rows.append((end, {"client_uuid": name}))
    return names, rows


def held(path: Path, rows: Rows, *, from_the_first: bool = True) -> Account:
    with read_only(path / "ledger.sqlite") as connection:
        witness = Witness(newest_item(connection))
        for seq, (event, data) in enumerate(rows, 1):
            witness.take(seq, event, data)
        return witness.held_against(connection, from_the_first=from_the_first)


def test_books_that_agree_are_counted(ledger: Ledger, tmp_path: Path) -> None:
    _, rows = put_in(ledger, TAKEN, REFUSED, CLEARED, UNSEEN, REFUSED, TAKEN)
    noise: Rows = [("link.up", {}), ("order.came", {"client_uuid": "no item's"})]
    assert held(tmp_path, [*noise, *rows]) == Account(
        items=6,
        taken=3,
        confirmed=2,
        returned=3,
        credited=2,
        waiting=1,
        dead=0,
        witnessed=5,
        contradictions=(),
    )


def test_rows_that_were_cut_out_are_items_that_the_journal_never_saw(
    ledger: Ledger, tmp_path: Path
) -> None:
    names, rows = put_in(ledger, TAKEN, TAKEN, REFUSED)
    without = [row for row in rows if row[1]["client_uuid"] != names[1]]
    (told,) = held(tmp_path, without).contradictions
    assert told.startswith(f"item {names[1]}: the ledger has it as dropped, the journal never saw")


def test_an_older_journal_does_not_know_the_last_items(ledger: Ledger, tmp_path: Path) -> None:
    names, rows = put_in(ledger, *[TAKEN] * 5)
    older = [row for row in rows if row[1]["client_uuid"] in names[:2]]
    told = held(tmp_path, older).contradictions
    assert [line.split()[1].rstrip(":") for line in told] == names[2:4]  # the newest may be to come
    assert len(held(tmp_path, []).contradictions) == 4


def test_an_older_ledger_does_not_know_what_the_journal_saw(ledger: Ledger, tmp_path: Path) -> None:
    _, rows = put_in(ledger, TAKEN)
    name = str(uuid.uuid4())
    more: Rows = [("item.inserted", {"client_uuid": name}), ("item.dropped", {"client_uuid": name})]
    (told,) = held(tmp_path, [*rows, *more]).contradictions
    assert told.startswith(f"item {name}: the journal knows it from row 4 on, the ledger does not")


@pytest.mark.parametrize(
    ("was", "forged", "told"),
    [
        (REFUSED, ("item.dropped", {}), "says dropped, the ledger returned"),
        (TAKEN, ("item.returned", {}), "says returned, the ledger dropped"),
        (
            TAKEN,
            ("verdict", {"accepted": False, "reason": "not_empty"}),
            "says refused (not_empty), the ledger accepted (empty_pet)",
        ),
        (
            REFUSED,
            ("verdict", {"accepted": True, "reason": "empty_pet"}),
            "says accepted (empty_pet), the ledger refused (not_empty)",
        ),
    ],
)
def test_what_the_two_say_differently_is_named(
    ledger: Ledger, tmp_path: Path, was: str, forged: tuple[str, dict[str, object]], told: str
) -> None:
    (name, _), rows = put_in(ledger, was, TAKEN)
    event, fields = forged
    instead = 1 if event == "verdict" else 2
    rows[instead] = (event, {"client_uuid": name, **fields})
    (said,) = held(tmp_path, rows).contradictions
    assert told in said
    assert f"row {instead + 1} of the journal" in said


def test_a_drop_without_a_verdict_in_the_journal_is_named(ledger: Ledger, tmp_path: Path) -> None:
    (name, _), rows = put_in(ledger, TAKEN, TAKEN)
    del rows[1]
    (told,) = held(tmp_path, rows).contradictions
    assert told.startswith(f"item {name}: the ledger has it as dropped, the journal knows of no")


def test_what_happened_twice_to_an_item_is_named(ledger: Ledger, tmp_path: Path) -> None:
    (name,), rows = put_in(ledger, TAKEN)
    told = held(tmp_path, [*rows, *rows]).contradictions
    assert told == (
        f"item {name}: item.inserted in row 1 and again in row 4",
        f"item {name}: verdict in row 2 and again in row 5",
        f"item {name}: item.dropped in row 3 and again in row 6",
    )


def test_of_items_from_before_the_journal_nothing_is_asked(ledger: Ledger, tmp_path: Path) -> None:
    names, rows = put_in(ledger, *[TAKEN] * 4)
    later = [row for row in rows if row[1]["client_uuid"] in names[2:]]
    assert held(tmp_path, later, from_the_first=False).contradictions == ()
    assert held(tmp_path, [], from_the_first=False).contradictions == ()
    assert len(held(tmp_path, later).contradictions) == 2


def test_what_comes_while_the_journal_is_read_is_not_held_against_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    _, rows = put_in(ledger, TAKEN)
    with read_only(tmp_path / "ledger.sqlite") as connection:
        witness = Witness(newest_item(connection))
    for seq, (event, data) in enumerate(rows, 1):
        witness.take(seq, event, data)
    put_in(ledger, TAKEN, TAKEN)
    with read_only(tmp_path / "ledger.sqlite") as connection:
        account = witness.held_against(connection, from_the_first=True)
    assert (account.items, account.contradictions) == (3, ())


def test_the_answer_is_bounded(ledger: Ledger, tmp_path: Path) -> None:
    strangers: Rows = [("item.inserted", {"client_uuid": str(number)}) for number in range(500)]
    assert len(held(tmp_path, strangers).contradictions) == MOST_CONTRADICTIONS


def test_an_empty_ledger_has_no_newest_item(ledger: Ledger, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        assert newest_item(connection) == 0
    connection.close()
