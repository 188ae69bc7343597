"""What an earlier run took may reach the server in this one: that is nobody's fault."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import trio

from rvm_edge.cli.demo.both_books import BothBooks, compare
from rvm_edge.locations import Locations
from rvm_edge.simulator.cloud import CloudServer, Dialect
from tests.ledger.scenes import bring_to, close, new_session, open_now

POINTS = 10


@pytest.fixture
def dropped(tmp_path: Path) -> list[str]:
    """Three items, of which the first was taken by an earlier run and told of late."""
    ledger = open_now(tmp_path / "ledger.sqlite")
    trio.run(ledger.open_session, new_session())
    uuids = [trio.run(bring_to, ledger, "accepted dropped delivered").client_uuid for _ in range(3)]
    close(ledger)
    return uuids


def compared(place: Path, on_server: list[str]) -> BothBooks:
    stored = [
        SimpleNamespace(client_uuid=uuid, items=(SimpleNamespace(points=POINTS),))
        for uuid in on_server
    ]
    books = SimpleNamespace(transactions=stored, receipts=stored)
    server = cast("CloudServer", SimpleNamespace(books=books, dialect=Dialect.D))
    return compare(Locations(place, place), server, points_per_item=POINTS, after=1)


def test_a_late_delivery_of_an_earlier_run_is_no_item_of_this_one(
    tmp_path: Path, dropped: list[str]
) -> None:
    both = compared(tmp_path, dropped)
    assert both.wrong == ()
    assert (both.dropped, both.on_server, both.pictures_on_server) == (2, 2, 2)
    assert (both.points_due, both.points_on_server) == (2 * POINTS, 2 * POINTS)


def test_what_never_dropped_is_still_told(tmp_path: Path, dropped: list[str]) -> None:
    both = compared(tmp_path, [*dropped, "a stranger"])
    assert both.wrong == ("the server has an item a stranger that never dropped",)
