from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from rvm_edge.item import Session, SessionEnd, SessionMode
from rvm_edge.ledger import Ledger, open_ledger
from rvm_edge.machine import LedgerError
from rvm_edge.offload import inline
from tests.ledger.scenes import TestClock, dump, new_session


async def test_the_open_session_is_found_again(ledger: Ledger) -> None:
    assert await ledger.session() is None
    session = new_session(SessionMode.GUEST)
    await ledger.open_session(session)
    assert await ledger.session() == session


async def test_recording_the_same_session_again_changes_nothing(ledger: Ledger, path: Path) -> None:
    session = new_session()
    await ledger.open_session(session)
    before = dump(path)
    await ledger.open_session(session)
    assert dump(path) == before


async def test_a_closed_session_does_not_open_again(ledger: Ledger) -> None:
    session = new_session()
    await ledger.open_session(session)
    await ledger.close_session(session.session_id, SessionEnd.BIN_FULL)
    await ledger.open_session(session)
    assert await ledger.session() is None


async def test_the_same_session_cannot_change_its_owner(ledger: Ledger) -> None:
    session = new_session(owner="user-1")
    await ledger.open_session(session)
    with pytest.raises(LedgerError, match="another mode or owner"):
        await ledger.open_session(Session(session.session_id, SessionMode.USER, "user-2"))
    assert await ledger.session() == session


async def test_a_second_session_is_refused_while_one_is_open(ledger: Ledger) -> None:
    first, second = new_session(), new_session()
    await ledger.open_session(first)
    with pytest.raises(LedgerError, match=f"session {first.session_id} is still open"):
        await ledger.open_session(second)
    await ledger.close_session(first.session_id, SessionEnd.FINISHED)
    await ledger.open_session(second)
    assert await ledger.session() == second
    assert (await ledger.counts()).sessions == 2


async def test_the_first_reason_for_a_sessions_end_stays(ledger: Ledger, path: Path) -> None:
    session = new_session()
    await ledger.open_session(session)
    await ledger.close_session(session.session_id, SessionEnd.TIMED_OUT)
    before = dump(path)
    await ledger.close_session(session.session_id, SessionEnd.INTERRUPTED)
    assert dump(path) == before
    assert any("timed_out" in line for line in before)


async def test_closing_an_unknown_session_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="knows no session"):
        await ledger.close_session(str(uuid.uuid4()), SessionEnd.FINISHED)


@pytest.mark.parametrize(
    ("session", "complaint"),
    [
        (Session("s1", SessionMode.GUEST), "not a UUID"),
        (Session(str(uuid.uuid4()).upper(), SessionMode.GUEST), "lower case"),
        (Session(str(uuid.uuid4()), SessionMode.GUEST, "user-7"), "a guest's has none"),
        (Session(str(uuid.uuid4()), SessionMode.USER, ""), "has an owner"),
    ],
)
async def test_a_session_that_contradicts_itself_is_refused(
    ledger: Ledger, session: Session, complaint: str
) -> None:
    with pytest.raises(LedgerError, match=complaint):
        await ledger.open_session(session)
    assert (await ledger.counts()).sessions == 0


async def test_an_owner_beyond_all_bounds_is_refused_by_the_tables_own_rules(
    ledger: Ledger,
) -> None:
    with pytest.raises(LedgerError, match="own rules forbid"):
        await ledger.open_session(new_session(owner="x" * 201))
    assert await ledger.session() is None


async def test_flags_stand_until_they_are_cleared(ledger: Ledger) -> None:
    assert not await ledger.flags.is_set("bin_full")
    await ledger.flags.put("bin_full", True)
    assert await ledger.flags.is_set("bin_full")
    assert not await ledger.flags.is_set("blocked")
    await ledger.flags.put("bin_full", False)
    assert not await ledger.flags.is_set("bin_full")


async def test_putting_the_value_that_a_flag_has_changes_nothing(
    ledger: Ledger, path: Path
) -> None:
    await ledger.flags.put("blocked", True)
    before = dump(path)
    await ledger.flags.put("blocked", True)
    assert dump(path) == before


async def test_a_flag_without_a_name_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="own rules forbid"):
        await ledger.flags.put("", True)


async def test_session_item_and_flags_outlive_a_restart(path: Path, clock: TestClock) -> None:
    session = new_session()
    async with open_ledger(path, inline, clock) as before:
        await before.open_session(session)
        item = await before.insert(session.session_id)
        await before.flags.put("blocked", True)
    async with open_ledger(path, inline, clock) as after:
        assert await after.session() == session
        assert await after.item_in_hand() == item
        assert await after.flags.is_set("blocked")
        assert after.opening.findings == ()
