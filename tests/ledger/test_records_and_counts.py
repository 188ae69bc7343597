from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.item import (
    Detection,
    ItemState,
    Outcome,
    Reason,
    SessionEnd,
    SessionMode,
    Verdict,
)
from rvm_edge.ledger import Counts, Ledger, LedgerDamagedError, list_items, read_only
from rvm_edge.ledger.records import verdict_columns
from tests.ledger.scenes import ACCEPTED, bring_to, connection_of, new_session

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DETECTIONS = st.lists(
    st.lists(
        st.builds(
            Detection,
            label=st.text(max_size=20),
            confidence=st.floats(0, 1),
            box=st.tuples(FINITE, FINITE, FINITE, FINITE),
        ),
        max_size=3,
    ).map(tuple),
    max_size=4,
).map(tuple)


async def test_counts_of_a_new_ledger_are_zero(ledger: Ledger) -> None:
    assert await ledger.counts() == Counts()


async def test_counts_tell_each_end_apart(ledger: Ledger) -> None:
    first = new_session(SessionMode.GUEST)
    await ledger.open_session(first)
    for situation in (
        "accepted dropped",
        "accepted dropped delivered",
        "accepted given_back returned",
        "refused returned",
        "returned",
    ):
        await bring_to(ledger, situation)
    await ledger.close_session(first.session_id, SessionEnd.FINISHED)
    await ledger.open_session(new_session())
    await bring_to(ledger, "accepted doubted")
    assert await ledger.counts() == Counts(
        items=6,
        accepted=4,
        rejected=1,
        dropped=2,
        returned=3,
        in_doubt=1,
        undelivered=1,
        sessions=2,
    )


async def test_counting_reads_a_narrow_index_instead_of_the_wide_rows(ledger: Ledger) -> None:
    plan = connection_of(ledger).execute(
        "EXPLAIN QUERY PLAN SELECT count(*), sum(accepted = 1), sum(outcome = 'dropped'), "
        "sum(state = 'in_doubt') FROM items"
    )
    assert "USING COVERING INDEX items_by_state" in plan.fetchone()[3]


async def test_a_record_tells_the_whole_story_of_an_item(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "accepted doubted dropped delivered")
    (record,) = await ledger.recent(5)
    assert record.item.client_uuid == item.client_uuid
    assert record.item.state is ItemState.DELIVERED
    assert record.item.outcome is Outcome.DROPPED
    assert record.verdict == ACCEPTED
    assert record.doubt == "the sorter stayed silent"
    moments = (
        record.inserted_at,
        record.decided_at,
        record.settled_at,
        record.delivered_at,
    )
    assert moments == (
        "2026-03-01T08:00:03.000000Z",
        "2026-03-01T08:00:04.000000Z",
        "2026-03-01T08:00:06.000000Z",
        "2026-03-01T08:00:07.000000Z",
    )


async def test_recent_gives_the_newest_first_and_no_more_than_asked(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    uuids = [(await bring_to(ledger, "returned")).client_uuid for _ in range(4)]
    assert [record.item.client_uuid for record in await ledger.recent(3)] == uuids[:0:-1]
    assert await ledger.recent(0) == ()
    assert await ledger.recent(-5) == ()


async def test_an_undecided_item_has_no_verdict(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    await bring_to(ledger, "")
    (record,) = await ledger.recent(1)
    assert record.verdict is None
    assert (record.decided_at, record.settled_at, record.delivered_at) == (None, None, None)


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_reason_can_be_recorded(ledger: Ledger, reason: Reason) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    verdict = Verdict(accepted=reason is Reason.EMPTY_PET, reason=reason)
    await ledger.decide(item.client_uuid, verdict)
    (record,) = await ledger.recent(1)
    assert record.verdict == verdict


@pytest.mark.parametrize("why", list(SessionEnd))
async def test_every_end_of_a_session_can_be_recorded(
    ledger: Ledger, path: Path, why: SessionEnd
) -> None:
    session = new_session()
    await ledger.open_session(session)
    await ledger.close_session(session.session_id, why)
    with read_only(path) as connection:
        assert connection.execute("SELECT why FROM sessions").fetchall() == [(why.value,)]


async def test_listing_filters_by_state_and_session(ledger: Ledger, path: Path) -> None:
    sessions = []
    for situations in (("returned", "accepted dropped"), ("accepted dropped", "accepted")):
        session = new_session()
        sessions.append(session.session_id)
        await ledger.open_session(session)
        for situation in situations:
            await bring_to(ledger, situation)
        await ledger.close_session(session.session_id, SessionEnd.FINISHED)
    with read_only(path) as connection:
        settled = list_items(connection, state=ItemState.SETTLED)
        assert len(settled) == 3
        first = list_items(connection, session=sessions[0])
        assert {record.item.session_id for record in first} == {sessions[0]}
        assert len(list_items(connection, session=sessions[1][:8])) == 2
        both = list_items(connection, state=ItemState.DECIDED, session=sessions[1])
        assert [record.item.accepted for record in both] == [True]
        assert list_items(connection, session="%") == ()
        assert len(list_items(connection, limit=1)) == 1


async def test_detections_that_were_never_written_so_name_the_damaged_item(
    ledger: Ledger,
) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "accepted")
    connection = connection_of(ledger)
    connection.execute("DROP TRIGGER items_decide_once")
    connection.execute("UPDATE items SET detections = '[[{'")
    with pytest.raises(LedgerDamagedError, match=f"item {item.client_uuid} is damaged"):
        await ledger.recent(1)


@settings(deadline=None)
@given(
    detections=DETECTIONS,
    weight=st.none() | FINITE,
    confidence=st.floats(0, 1),
    elapsed=st.floats(0, 1e9),
    label=st.text(max_size=50),
)
def test_a_verdict_is_stored_without_loss(
    detections: tuple[tuple[Detection, ...], ...],
    weight: float | None,
    confidence: float,
    elapsed: float,
    label: str,
) -> None:
    verdict = Verdict(
        accepted=False,
        reason=Reason.NOT_EMPTY,
        label=label,
        confidence=confidence,
        detections=detections,
        weight_g=weight,
        elapsed_ms=elapsed,
    )
    accepted, reason, kept_label, kept_confidence, text, kept_weight, _, kept_elapsed = (
        verdict_columns(verdict)
    )
    assert (accepted, reason, kept_label) == (0, "not_empty", label)
    assert (kept_confidence, kept_weight, kept_elapsed) == (confidence, weight, elapsed)
    assert isinstance(text, str)
    assert msgspec.json.decode(text, type=tuple[tuple[Detection, ...], ...]) == detections
