"""What the outbox says of each item while requests leave, are answered, or are not."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

import pytest
import trio
import trio.testing

from rvm_edge.item import SessionMode
from rvm_edge.ledger import Ledger, LedgerDamagedError, RefusedStepError, check, open_ledger
from rvm_edge.ledger.counts import QueueCounts
from rvm_edge.offload import inline
from tests.ledger.scenes import (
    TestClock,
    bring_to,
    connection_of,
    drop,
    dump,
    new_session,
)


async def row(ledger: Ledger, uuid: str) -> tuple[object, ...]:
    """Return state, attempts, unanswered, possibly_twice and whether it is marked as sent."""
    found = (
        connection_of(ledger)
        .execute(
            "SELECT state, attempts, unanswered, possibly_twice, sent_at NOT NULL FROM outbox "
            "WHERE client_uuid = ?",
            (uuid,),
        )
        .fetchone()
    )
    assert isinstance(found, tuple)
    return found


@pytest.fixture(autouse=True)
def sound(path: Path, request: pytest.FixtureRequest) -> object:
    yield
    if path.exists() and "damaged" not in request.node.name:
        assert check(path).violations == ()


async def test_items_wait_in_the_order_in_which_they_dropped(ledger: Ledger) -> None:
    uuids = await drop(ledger, 5)
    first = await ledger.outbox.next_batch(3)
    assert [one.record.client_uuid for one in first] == uuids[:3]
    rest = await ledger.outbox.next_batch(10, after=first[-1].number)
    assert [one.record.client_uuid for one in rest] == uuids[3:]


async def test_a_record_tells_whose_item_it_was(ledger: Ledger) -> None:
    (uuid,) = await drop(ledger, 1, SessionMode.USER)
    (one,) = await ledger.outbox.next_batch(1)
    assert (one.record.client_uuid, one.record.mode) == (uuid, SessionMode.USER)
    assert (one.record.owner, one.record.label) == ("user-7", "pet_bottle")
    assert one.record.weight_g == 23.5
    assert (one.attempts, one.unanswered) == (0, 0)


async def test_only_dropped_items_wait(ledger: Ledger) -> None:
    await ledger.open_session(new_session())
    for situation in ("refused given_back returned", "accepted returned", "accepted"):
        await bring_to(ledger, situation)
    assert await ledger.outbox.next_batch(10) == ()


async def test_a_mark_is_on_disk_before_the_request_may_leave(ledger: Ledger, path: Path) -> None:
    uuids = await drop(ledger, 2)
    await ledger.outbox.mark_sent(uuids)
    reader = sqlite3.connect(path)
    marks = reader.execute("SELECT unanswered, sent_at NOT NULL FROM outbox").fetchall()
    reader.close()
    assert marks == [(1, 1), (1, 1)]


async def test_a_proof_of_delivery_clears_the_mark(ledger: Ledger) -> None:
    uuids = await drop(ledger, 2)
    await ledger.outbox.mark_sent(uuids)
    await ledger.outbox.mark_delivered(uuids)
    assert [await row(ledger, uuid) for uuid in uuids] == [("delivered", 1, 0, 0, 0)] * 2
    assert await ledger.outbox.next_batch(10) == ()


async def test_a_proof_that_nothing_arrived_clears_the_mark_of_that_request_alone(
    ledger: Ledger,
) -> None:
    (uuid,) = await drop(ledger, 1)
    await ledger.outbox.mark_sent([uuid])
    await ledger.outbox.mark_not_arrived([uuid], "connection refused")
    assert await row(ledger, uuid) == ("waiting", 1, 0, 0, 0)
    await ledger.outbox.mark_sent([uuid])
    await ledger.outbox.mark_ambiguous([uuid], "no answer")
    await ledger.outbox.mark_sent([uuid])
    await ledger.outbox.mark_not_arrived([uuid], "connection refused")
    assert await row(ledger, uuid) == ("waiting", 3, 1, 0, 1)


async def test_a_delivery_after_a_silence_is_flagged_as_possibly_twice(ledger: Ledger) -> None:
    flagged, sure = await drop(ledger, 2)
    await ledger.outbox.mark_sent([flagged])
    await ledger.outbox.mark_ambiguous([flagged], "no answer")
    await ledger.outbox.mark_sent([flagged, sure])
    await ledger.outbox.mark_delivered([flagged, sure])
    assert await row(ledger, flagged) == ("delivered", 2, 1, 1, 1)
    assert await row(ledger, sure) == ("delivered", 1, 0, 0, 0)
    assert (await ledger.outbox.counts()).possibly_twice == 1


async def test_two_silences_alone_are_possibly_twice(ledger: Ledger) -> None:
    (uuid,) = await drop(ledger, 1)
    for expected in (0, 1, 2):
        await ledger.outbox.mark_sent([uuid])
        assert (await row(ledger, uuid))[3] == expected


async def test_a_restart_leaves_what_was_under_way_ambiguous(path: Path, clock: TestClock) -> None:
    async with open_ledger(path, inline, clock) as ledger:
        uuids = await drop(ledger, 2)
        await ledger.outbox.mark_sent(uuids[:1])
    async with open_ledger(path, inline, clock) as ledger:
        counts = await ledger.outbox.counts()
        assert (counts.waiting, counts.ambiguous) == (2, 1)
        waiting = await ledger.outbox.next_batch(10)
        assert [one.record.client_uuid for one in waiting] == uuids
        assert [one.unanswered for one in waiting] == [1, 0]


async def test_many_are_marked_delivered_in_one_transaction(ledger: Ledger) -> None:
    uuids = await drop(ledger, 20)
    said: list[str] = []
    connection_of(ledger).set_trace_callback(said.append)
    await ledger.outbox.mark_delivered(uuids)
    connection_of(ledger).set_trace_callback(None)
    assert said.count("COMMIT") == 1


@pytest.mark.parametrize("bad", ["00000000-0000-4000-8000-000000000000", "returned"])
async def test_one_that_cannot_be_delivered_leaves_the_others_as_they_were(
    ledger: Ledger, path: Path, bad: str
) -> None:
    uuids = await drop(ledger, 2)
    if bad == "returned":
        await ledger.open_session(new_session())
        bad = (await bring_to(ledger, "returned")).client_uuid
    before = dump(path)
    with pytest.raises(RefusedStepError, match=bad):
        await ledger.outbox.mark_delivered([*uuids, bad])
    assert dump(path) == before


async def test_one_that_does_not_wait_is_not_sent_and_the_others_are_not_marked(
    ledger: Ledger, path: Path
) -> None:
    uuids = await drop(ledger, 2)
    await ledger.outbox.mark_delivered(uuids[:1])
    before = dump(path)
    with pytest.raises(RefusedStepError, match="1 of 2 items do not wait"):
        await ledger.outbox.mark_sent(uuids)
    assert dump(path) == before


async def test_only_what_waits_is_given_up(ledger: Ledger, path: Path) -> None:
    delivered, dead = await drop(ledger, 2)
    await ledger.outbox.mark_delivered([delivered])
    await ledger.outbox.bury(dead, "refused")
    before = dump(path)
    for uuid in (delivered, dead, "nobody's"):
        with pytest.raises(RefusedStepError, match="1 of 1 items do not wait"):
            await ledger.outbox.bury(uuid, "refused again")
    assert dump(path) == before


async def test_a_dead_letter_keeps_its_reason_and_waits_no_more(ledger: Ledger, path: Path) -> None:
    uuids = await drop(ledger, 2)
    await ledger.outbox.mark_sent(uuids)
    await ledger.outbox.mark_not_arrived(uuids[:1], "500")
    await ledger.outbox.bury(uuids[0], "500: Undefined array key")
    assert await row(ledger, uuids[0]) == ("dead", 1, 0, 0, 0)
    waiting = await ledger.outbox.next_batch(10)
    assert [one.record.client_uuid for one in waiting] == uuids[1:]
    letters = connection_of(ledger).execute("SELECT why, retried_at FROM dead_letters").fetchall()
    assert letters == [("500: Undefined array key", None)]
    assert (await ledger.counts()).undelivered == 2
    with pytest.raises(RefusedStepError, match="a dead letter is retried first"):
        await ledger.outbox.mark_delivered(uuids)


async def test_a_retried_dead_letter_waits_in_its_old_place_and_its_death_is_remembered(
    ledger: Ledger,
) -> None:
    uuids = await drop(ledger, 3)
    for uuid in uuids[:2]:
        await ledger.outbox.bury(uuid, "refused")
    assert await ledger.outbox.retry(uuids[0]) == 1
    assert await ledger.outbox.retry(uuids[0]) == 0
    waiting = await ledger.outbox.next_batch(10)
    assert [one.record.client_uuid for one in waiting] == [uuids[0], uuids[2]]
    assert await ledger.outbox.retry() == 1
    await ledger.outbox.bury(uuids[0], "refused again")
    letters = connection_of(ledger).execute(
        "SELECT client_uuid, why, retried_at IS NULL FROM dead_letters ORDER BY number"
    )
    assert letters.fetchall() == [
        (uuids[0], "refused", 0),
        (uuids[1], "refused", 0),
        (uuids[0], "refused again", 1),
    ]


async def test_a_reason_of_any_length_and_characters_is_kept(ledger: Ledger) -> None:
    (uuid,) = await drop(ledger, 1)
    await ledger.outbox.mark_not_arrived([uuid], "\udcff\0" + "x" * 100_000)
    await ledger.outbox.bury(uuid, "")
    ((why,),) = connection_of(ledger).execute("SELECT why FROM dead_letters").fetchall()
    assert why == "no reason was given"


async def test_counts_for_the_screens(ledger: Ledger) -> None:
    assert await ledger.outbox.counts() == QueueCounts()
    uuids = await drop(ledger, 5)
    await ledger.outbox.mark_sent(uuids[:3])
    await ledger.outbox.mark_delivered(uuids[:1])
    await ledger.outbox.bury(uuids[1], "refused")
    oldest = connection_of(ledger).execute(
        "SELECT created_at FROM outbox WHERE client_uuid = ?", (uuids[2],)
    )
    assert await ledger.outbox.counts() == QueueCounts(
        waiting=3,
        ambiguous=1,
        dead=1,
        delivered=1,
        possibly_twice=0,
        oldest_at=oldest.fetchone()[0],
    )


async def test_guests_items_are_counted_up_to_what_was_asked(ledger: Ledger) -> None:
    await drop(ledger, 3)
    await drop(ledger, 2, SessionMode.USER)
    assert await ledger.outbox.guests_waiting(100) == 3
    assert await ledger.outbox.guests_waiting(2) == 2


async def test_settling_wakes_whoever_waits_after_the_row_is_there(ledger: Ledger) -> None:
    seen: list[int] = []

    async def listen() -> None:
        news = ledger.outbox.news.next_ring()
        await news.wait()
        seen.append((await ledger.outbox.counts()).waiting)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await trio.testing.wait_all_tasks_blocked()
        await drop(ledger, 1)
    assert seen == [1]


async def test_news_that_came_while_looking_is_not_slept_through(ledger: Ledger) -> None:
    news = ledger.outbox.news.next_ring()
    assert await ledger.outbox.next_batch(1) == ()
    await drop(ledger, 1)
    with trio.fail_after(1):
        await news.wait()


async def test_the_next_batch_is_read_from_the_partial_index(ledger: Ledger) -> None:
    plans: list[str] = []
    connection = connection_of(ledger)

    def explain(sql: str) -> None:
        if sql.lstrip().startswith("SELECT o.number"):
            connection.set_trace_callback(None)
            plans.extend(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))

    connection.set_trace_callback(explain)
    await ledger.outbox.next_batch(50)
    connection.set_trace_callback(None)
    assert any("SEARCH w USING INDEX outbox_waiting" in plan for plan in plans)
    # The one scan is over what that search was limited to.
    assert [plan for plan in plans if plan.startswith("SCAN")] == ["SCAN o"]


async def test_a_long_queue_is_never_loaded(ledger: Ledger) -> None:
    await drop(ledger, 300)
    await ledger.outbox.next_batch(10)
    tracemalloc.start()
    try:
        await ledger.outbox.next_batch(10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60_000


async def test_a_row_with_a_damaged_word_is_named(ledger: Ledger) -> None:
    await drop(ledger, 1)
    connection = connection_of(ledger)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DROP TRIGGER items_keep_their_identity")
    connection.execute("UPDATE items SET mode = 'nobody'")
    with pytest.raises(LedgerDamagedError, match="outbox row 1 is damaged"):
        await ledger.outbox.next_batch(1)
