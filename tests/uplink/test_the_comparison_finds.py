"""The comparison of both sides, on sides that differ: what finds nothing must be able to find."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rvm_edge.simulator.cloud import DONATION_USER, Dialect, Item, Transaction
from tests.both_sides import Told, disagreements

USERS = Told("a", "7", "delivered", 0)
GUESTS = Told("b", "", "delivered", 0)


def told(uuid: str, user: int | None, points: int) -> Transaction:
    things = (Item("mineral", 18.0, points),)
    return Transaction(1, 42, uuid, uuid, user, "", "0", "", 0.0, things)


A, B = told("a", 7, 10), told("b", DONATION_USER, 0)


def test_sides_that_agree() -> None:
    assert disagreements([USERS, GUESTS], [A, B], Dialect.D) == []


@pytest.mark.parametrize(
    ("dropped", "at_server"),
    [
        ([USERS], []),
        ([replace(USERS, state="waiting")], [A]),
        ([replace(USERS, state="dead")], [A]),
        ([USERS], [A, A]),
        ([replace(USERS, possibly_twice=1)], [A, A]),
        ([], [A]),
        ([USERS], [replace(A, user_id=8)]),
        ([USERS], [told("a", 7, 0)]),
        ([USERS], [replace(A, items=A.items * 2)]),
        ([GUESTS], [told("b", DONATION_USER, 10)]),
        ([GUESTS], [told("b", 7, 0)]),
    ],
)
def test_sides_that_do_not(dropped: list[Told], at_server: list[Transaction]) -> None:
    assert disagreements(dropped, at_server, Dialect.D) != []


def test_a_server_that_knows_no_repetition_may_have_copies_that_are_flagged() -> None:
    mine, copy = replace(USERS, possibly_twice=1), replace(A, user_id=None)
    assert disagreements([mine], [copy, copy], Dialect.M) == []
    assert disagreements([mine], [copy, copy, copy], Dialect.M) != []
    assert disagreements([USERS], [copy, copy], Dialect.M) != []
