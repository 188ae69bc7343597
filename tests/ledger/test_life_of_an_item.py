"""Every step in every situation: what it leads to, that it changes nothing, or is refused."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from rvm_edge.item import ItemState, Outcome, Reason, SessionEnd, Verdict
from rvm_edge.ledger import Ledger, check
from rvm_edge.machine import DepositBook, Flags, LedgerError
from tests.ledger.scenes import bring_to, dump, new_session, take_step

# The columns are steps; "=" changes nothing, "-" is refused.
TABLE = """
situation                  | accepted| refused | given_back| doubted | dropped | returned| delivered
                           | decided | decided | inserted  | in_doubt| -       | settled | -
given_back                 | -       | -       | =         | in_doubt| -       | settled | -
accepted                   | -       | -       | decided   | in_doubt| settled | settled | -
refused                    | -       | -       | decided   | in_doubt| -       | settled | -
accepted given_back        | -       | -       | =         | in_doubt| -       | settled | -
refused given_back         | -       | -       | =         | in_doubt| -       | settled | -
doubted                    | -       | -       | in_doubt  | =       | -       | settled | -
accepted doubted           | -       | -       | in_doubt  | =       | settled | settled | -
refused doubted            | -       | -       | in_doubt  | =       | -       | settled | -
accepted given_back doubted| -       | -       | =         | =       | -       | settled | -
accepted doubted given_back| -       | -       | =         | =       | -       | settled | -
given_back doubted         | -       | -       | =         | =       | -       | settled | -
accepted dropped           | -       | -       | -         | -       | =       | -       | delivered
accepted doubted dropped   | -       | -       | -         | -       | =       | -       | delivered
accepted dropped delivered | -       | -       | -         | -       | =       | -       | =
returned                   | -       | -       | =         | -       | -       | =       | -
accepted returned          | -       | -       | =         | -       | -       | =       | -
refused given_back returned| -       | -       | =         | -       | -       | =       | -
accepted doubted returned  | -       | -       | =         | -       | -       | =       | -
"""


def _cases() -> list[tuple[str, str, str]]:
    head, *rows = [
        [cell.strip() for cell in line.split("|")] for line in TABLE.strip("\n").split("\n")
    ]
    return [
        (row[0], step, row[column])
        for row in rows
        for column, step in enumerate(head)
        if column > 0
    ]


@pytest.mark.parametrize(("situation", "step", "expected"), _cases())
async def test_every_step_in_every_situation(
    ledger: Ledger, path: Path, situation: str, step: str, expected: str
) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, situation)
    before = dump(path)
    if expected == "-":
        with pytest.raises(LedgerError, match=item.client_uuid):
            await take_step(ledger, item.client_uuid, step)
    else:
        await take_step(ledger, item.client_uuid, step)
    if expected in "=-":
        assert dump(path) == before
    else:
        now = (await ledger.recent(1))[0].item
        words = {*situation.split(), step}
        assert now.state is ItemState(expected)
        assert now.accepted == (
            True if "accepted" in words else False if "refused" in words else None
        )
        assert now.given_back == ("given_back" in words)
        assert now.outcome == next((o for o in Outcome if o.value in words), None)
    assert check(path).violations == ()


STEPS = ("accepted", "refused", "given_back", "doubted", "dropped", "returned", "delivered")


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_of_an_unknown_item_is_refused(ledger: Ledger, step: str) -> None:
    stranger = str(uuid.uuid4())
    with pytest.raises(LedgerError, match=f"knows no item {stranger}"):
        await take_step(ledger, stranger, step)


@pytest.mark.parametrize(
    "situation", ["", "given_back", "accepted", "refused", "doubted", "accepted doubted"]
)
async def test_a_second_item_is_refused_while_one_is_unsettled(
    ledger: Ledger, path: Path, situation: str
) -> None:
    session = new_session()
    await ledger.open_session(session)
    item = await bring_to(ledger, situation)
    before = dump(path)
    with pytest.raises(LedgerError, match=f"item {item.client_uuid} is still"):
        await ledger.insert(session.session_id)
    assert dump(path) == before
    assert (await ledger.item_in_hand()) == (await ledger.recent(1))[0].item


@pytest.mark.parametrize(
    "situation", ["accepted dropped", "returned", "accepted dropped delivered"]
)
async def test_a_settled_item_makes_room_for_the_next(ledger: Ledger, situation: str) -> None:
    session = new_session()
    await ledger.open_session(session)
    first = await bring_to(ledger, situation)
    assert await ledger.item_in_hand() is None
    second = await ledger.insert(session.session_id)
    assert second.client_uuid != first.client_uuid
    assert await ledger.item_in_hand() == second


async def test_an_item_latches_mode_and_owner_of_its_session(ledger: Ledger) -> None:
    session = new_session(owner="user-42")
    await ledger.open_session(session)
    item = await ledger.insert(session.session_id)
    assert (item.session_id, item.mode, item.owner) == (
        session.session_id,
        session.mode,
        "user-42",
    )
    assert item.state is ItemState.INSERTED
    assert uuid.UUID(item.client_uuid).version == 4


@pytest.mark.parametrize("closed", [True, False])
async def test_an_item_needs_an_open_session(ledger: Ledger, closed: bool) -> None:
    session = new_session()
    if closed:
        await ledger.open_session(session)
        await ledger.close_session(session.session_id, SessionEnd.FINISHED)
    with pytest.raises(LedgerError, match="is not open"):
        await ledger.insert(session.session_id)


async def test_an_item_can_be_settled_after_its_session_was_interrupted(ledger: Ledger) -> None:
    session = new_session()
    await ledger.open_session(session)
    item = await bring_to(ledger, "accepted doubted")
    await ledger.close_session(session.session_id, SessionEnd.INTERRUPTED)
    await ledger.settle(item.client_uuid, Outcome.DROPPED)
    assert (await ledger.counts()).dropped == 1


async def test_the_first_reason_for_a_doubt_stays(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    await ledger.doubt(item.client_uuid, "power was cut")
    await ledger.doubt(item.client_uuid, "something else")
    assert (await ledger.recent(1))[0].doubt == "power was cut"


async def test_a_very_long_doubt_is_cut_rather_than_lost(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    await ledger.doubt(item.client_uuid, "x" * 100_000)
    assert (await ledger.recent(1))[0].doubt == "x" * 2000


async def test_a_doubt_with_unprintable_characters_is_recorded_all_the_same(
    ledger: Ledger,
) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    await ledger.doubt(item.client_uuid, "port \udcff gone")
    assert (await ledger.recent(1))[0].doubt == "port ? gone"


async def test_a_verdict_with_characters_that_cannot_be_stored_is_refused(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    with pytest.raises(LedgerError, match="cannot be stored"):
        await ledger.decide(item.client_uuid, Verdict(False, Reason.NOT_EMPTY, "pet\udcff"))
    assert (await ledger.item_in_hand()) == item


async def test_the_ledger_is_what_the_chart_asks_for(ledger: Ledger) -> None:
    book: DepositBook = ledger
    flags: Flags = ledger.flags
    assert await book.item_in_hand() is None
    assert not await flags.is_set("anything")
