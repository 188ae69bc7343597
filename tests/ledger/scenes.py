"""What the ledger's tests share: verdicts, a clock of their own, and items in every situation."""

from __future__ import annotations

import sqlite3
import uuid
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import trio

from rvm_edge.item import (
    Detection,
    Item,
    Outcome,
    Reason,
    Session,
    SessionEnd,
    SessionMode,
    Verdict,
)
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.opening import open_store
from rvm_edge.offload import inline

BOTTLE = Detection("pet_bottle", 0.9123456789, (1.5, 2.25, 101.125, 202.0))
ACCEPTED = Verdict(
    accepted=True,
    reason=Reason.EMPTY_PET,
    label="pet_bottle",
    confidence=0.9123456789,
    detections=((BOTTLE,), (), (BOTTLE, BOTTLE)),
    weight_g=23.5,
    model_hash="ab" * 32,
    elapsed_ms=41.7,
)
REFUSED = Verdict(accepted=False, reason=Reason.NOT_EMPTY, label="pet_bottle", confidence=0.7)


class TestClock:
    """A clock that ticks by one second each time it is read, unless somebody turns it."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
        self.mono = 100.0

    def wall(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def monotonic_s(self) -> float:
        self.mono += 1.0
        return self.mono


class VirtualClock:
    """The ledger's clocks on trio's virtual time; the wall clock may be turned at any moment.

    Attributes:
        turned_s: what the wall clock is ahead of the truth.
    """

    def __init__(self) -> None:
        self.turned_s = 0.0

    def wall(self) -> datetime:
        epoch = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
        return epoch + timedelta(seconds=trio.current_time() + self.turned_s)

    def monotonic_s(self) -> float:
        return trio.current_time()


def open_now(
    path: Path,
    *,
    busy_s: float = 0.05,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> Ledger:
    """Open a ledger outside any event loop; `close` it in the end."""
    store, opening = open_store(path, TestClock(), busy_s=busy_s, factory=factory)
    return Ledger(store, opening, inline)


def close(ledger: Ledger) -> None:
    ledger._store.close()


def connection_of(ledger: Ledger) -> sqlite3.Connection:
    return ledger._store._connection


def dump(path: Path) -> list[str]:
    """Return the content of the tables as text, to tell whether anything changed."""
    connection = sqlite3.connect(path)
    try:
        return [line for line in connection.iterdump() if "openings" not in line]
    finally:
        connection.close()


def new_session(mode: SessionMode = SessionMode.USER, owner: str | None = None) -> Session:
    given = owner if owner is not None else ("user-7" if mode is SessionMode.USER else "")
    return Session(str(uuid.uuid4()), mode, given)


async def bring_to(ledger: Ledger, situation: str) -> Item:
    """Insert an item into the open session and bring it where `situation` says.

    The situation is the steps after inserting, separated by blanks.
    """
    session = await ledger.session()
    assert session is not None
    item = await ledger.insert(session.session_id)
    for step in situation.split():
        await take_step(ledger, item.client_uuid, step)
    return item


async def drop(ledger: Ledger, items: int, mode: SessionMode = SessionMode.GUEST) -> list[str]:
    """Let so many items be accepted and dropped in one deposit; return their identities."""
    session = new_session(mode)
    await ledger.open_session(session)
    uuids = [(await bring_to(ledger, "accepted dropped")).client_uuid for _ in range(items)]
    await ledger.close_session(session.session_id, SessionEnd.FINISHED)
    return uuids


async def take_step(ledger: Ledger, client_uuid: str, step: str) -> None:
    steps = {
        "accepted": partial(ledger.decide, client_uuid, ACCEPTED),
        "refused": partial(ledger.decide, client_uuid, REFUSED),
        "given_back": partial(ledger.give_back, client_uuid),
        "doubted": partial(ledger.doubt, client_uuid, "the sorter stayed silent"),
        "dropped": partial(ledger.settle, client_uuid, Outcome.DROPPED),
        "returned": partial(ledger.settle, client_uuid, Outcome.RETURNED),
        "delivered": partial(ledger.mark_delivered, client_uuid),
    }
    await steps[step]()
