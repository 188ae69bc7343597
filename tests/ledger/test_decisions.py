"""What a verdict was made of is kept with it, and what nobody saw drop is remembered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import trio
from msgspec import structs
from msgspec.structs import replace

from rvm_edge.decision import Figure, PictureFigures, SecondOpinion, Vote
from rvm_edge.item import Detection, Item, Outcome, Reason, SessionMode, Verdict
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.decisions import AMONG_ITEMS, MOST_UNCONFIRMED
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.evidence import Signs
from tests.ledger.scenes import close, connection_of, new_session, open_now, take_step

PET = Detection("mineral", 0.84, (10.0, 10.0, 110.0, 60.0))
OPINION = SecondOpinion("sam2.1", "one bottle", (Figure("mask_share", 0.61),))
DARK = PictureFigures(2.0, 1.0, 4.0, "0" * 64)


def looked(dhash: str = "0f1e3c78f0e1c387", weight_g: float = 18.0) -> Verdict:
    figures = PictureFigures(96.0, 30.0, 200.0, "ab" * 32)
    signs = Signs((figures, None), (dhash, ""), DARK)
    rule = AcceptanceSettings(quorum=0.51)
    verdict = decide([[PET], None], rule, weight_g=weight_g, signs=signs)
    assert verdict.record is not None
    return replace(verdict, record=structs.replace(verdict.record, second_opinion=OPINION))


async def live(ledger: Ledger, verdict: Verdict, *steps: str) -> Item:
    session = await ledger.session()
    assert session is not None
    item = await ledger.insert(session.session_id)
    await ledger.decide(item.client_uuid, verdict)
    for step in steps:
        await take_step(ledger, item.client_uuid, step)
    return item


async def opened(path: Path) -> Ledger:
    ledger = open_now(path)
    await ledger.open_session(new_session(SessionMode.GUEST))
    return ledger


async def test_a_record_comes_back_as_it_was(path: Path) -> None:
    ledger = await opened(path)
    verdict = looked()
    item = await live(ledger, verdict, "given_back", "returned")
    kept = await ledger.decision(item.client_uuid)
    close(ledger)
    assert kept == verdict.record
    assert kept is not None
    assert [one.vote for one in kept.pictures] == [Vote.FOR, Vote.UNREADABLE]
    assert (kept.votes, kept.votes_needed, kept.dark) == (1, 2, DARK)
    assert Figure("weights.mineral.most_g", 55.0) in kept.rule
    assert kept.second_opinion == OPINION


async def test_a_verdict_that_no_rule_gave_has_no_record(path: Path) -> None:
    ledger = await opened(path)
    item = await live(ledger, Verdict(accepted=False, reason=Reason.NO_PICTURE))
    assert await ledger.decision(item.client_uuid) is None
    close(ledger)


async def test_only_credited_items_that_were_in_doubt_are_remembered(path: Path) -> None:
    ledger = await opened(path)
    yes = replace(looked(), accepted=True, reason=Reason.EMPTY_PET)
    await live(ledger, yes, "dropped")
    await live(ledger, yes, "doubted", "given_back", "returned")
    assert await ledger.unconfirmed() == ()
    await live(ledger, yes, "doubted", "dropped")
    (likeness,) = await ledger.unconfirmed()
    close(ledger)
    assert (likeness.dhashes, likeness.weight_g) == (("0f1e3c78f0e1c387",), 18.0)


async def test_what_is_remembered_is_bounded_by_number_and_by_age(path: Path) -> None:
    ledger = await opened(path)
    for weight_g in range(10, 10 + MOST_UNCONFIRMED + 3):
        yes = replace(looked(weight_g=weight_g), accepted=True, reason=Reason.EMPTY_PET)
        await live(ledger, yes, "doubted", "dropped")
    remembered = await ledger.unconfirmed()
    assert [one.weight_g for one in remembered] == [20.0, 19, 18, 17, 16, 15, 14, 13]
    for _ in range(AMONG_ITEMS):
        await live(ledger, looked(), "given_back", "returned")
    assert await ledger.unconfirmed() == ()
    close(ledger)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM decisions",
        "UPDATE decisions SET record = '{}'",
        "DELETE FROM reasons",
        "UPDATE items SET reason = 'because'",
    ],
)
def test_the_database_itself_refuses(path: Path, statement: str) -> None:
    async def some() -> Ledger:
        ledger = await opened(path)
        await live(ledger, looked())
        return ledger

    ledger = trio.run(some)
    with pytest.raises(sqlite3.IntegrityError):
        connection_of(ledger).execute(statement)
    close(ledger)


async def test_no_record_without_a_verdict(path: Path) -> None:
    ledger = await opened(path)
    session = await ledger.session()
    assert session is not None
    item = await ledger.insert(session.session_id)
    with pytest.raises(sqlite3.IntegrityError, match="record of a verdict"):
        connection_of(ledger).execute("INSERT INTO decisions VALUES (?, '{}')", (item.client_uuid,))
    close(ledger)


@pytest.mark.parametrize("reason", Reason)
async def test_every_reason_can_be_written(path: Path, reason: Reason) -> None:
    ledger = await opened(path)
    await live(ledger, Verdict(accepted=reason is Reason.EMPTY_PET, reason=reason))
    close(ledger)


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_the_items_of_an_old_ledger_are_the_same_in_the_new_table(
    path: Path, version: str, rows: Callable[[Path], list[tuple[object, ...]]]
) -> None:
    script = Path(__file__).with_name(f"version_{version}.sql").read_text()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript(script)
    before = rows(path)
    close(open_now(path))
    after = rows(path)
    assert [new[: len(old)] for old, new in zip(before, after, strict=True)] == before
    assert len(before) > 3


@pytest.fixture
def rows() -> Callable[[Path], list[tuple[object, ...]]]:
    def read(path: Path) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return [
                *connection.execute("SELECT * FROM items ORDER BY number"),
                *connection.execute("SELECT * FROM sqlite_sequence WHERE name = 'items'"),
            ]

    return read


def test_a_ledger_of_version_3_opens_with_its_decisions(path: Path) -> None:
    script = Path(__file__).with_name("version_0003.sql").read_text()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript(script)
    ledger = open_now(path)
    assert ledger.opening.recovered_from is None
    (likeness,) = trio.run(ledger.unconfirmed)
    assert (likeness.dhashes[0], likeness.weight_g) == ("ffee3c78f0e1c300", 19.2)
    light = next(one for one in trio.run(ledger.recent, 10) if one.item.reason is Reason.TOO_LIGHT)
    assert light.item.outcome is Outcome.RETURNED
    assert trio.run(ledger.decision, light.item.client_uuid) is not None
    close(ledger)
