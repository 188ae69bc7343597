"""What went wrong in other people's machines, and does not here: one test for each, by its name.

`ack_only_after_commit` is proved for every writing call in `test_durability.py`, and
`corrupt_db_quarantined_and_rebuilt` for every damage in `test_opening.py`; here both stand once
more for the outbox.
"""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from drivers.ports import Encoding, Frame
from rvm_edge.item import Outcome, SessionEnd
from rvm_edge.ledger import Ledger, LedgerUnusableError, check, open_ledger
from rvm_edge.ledger.courier import Courier
from rvm_edge.offload import inline
from rvm_edge.settings.cloud import CloudSettings, EvidenceSettings
from tests.ledger.couriers import (
    DAY_S,
    HOUR_S,
    batches_of,
    delivering,
    evidence_of,
    record_courier,
)
from tests.ledger.scenes import (
    ACCEPTED,
    VirtualClock,
    bring_to,
    connection_of,
    drop,
    new_session,
)
from tests.ledger.servers import CUT, ROLLED_BACK, FakeServer

YEARS_S = 30 * 365 * DAY_S


@pytest.fixture
def clocks() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(autouse=True)
def sound(path: Path) -> object:
    yield
    assert check(path).violations == ()


def states(path: Path) -> dict[str, str]:
    """Read what was committed, as another process sees it."""
    reader = sqlite3.connect(path)
    rows = reader.execute("SELECT client_uuid, state FROM outbox").fetchall()
    reader.close()
    return {str(uuid): str(state) for uuid, state in rows}


async def test_ack_only_after_commit(ledger: Ledger, path: Path) -> None:
    uuids = await drop(ledger, 3)
    assert states(path) == dict.fromkeys(uuids, "waiting")
    await ledger.outbox.mark_delivered(uuids[:2])
    assert states(path) == {uuids[0]: "delivered", uuids[1]: "delivered", uuids[2]: "waiting"}
    await ledger.outbox.bury(uuids[2], "refused")
    assert states(path)[uuids[2]] == "dead"


async def test_batch_sent_once_under_prefetch(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """New items drop and screens read the queue all the while that a batch is under way."""
    server = FakeServer(takes_s=1.0)
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 10)
        async with delivering(record_courier(ledger, server, clocks, batches_of(4))):
            for _ in range(10):
                await trio.sleep(0.4)
                uuids += await drop(ledger, 1)
                await ledger.outbox.next_batch(100)
                await ledger.outbox.counts()
            await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert [uuid for request in server.requests for uuid in request] == uuids


async def test_delete_exactly_the_sent_ids(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """What dropped while a batch was under way, or stands before it in the queue, is untouched."""
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 6)
        await ledger.outbox.mark_sent([uuids[1], uuids[4]])
        later = await drop(ledger, 2)
        await ledger.outbox.mark_delivered([uuids[1], uuids[4]])
        waiting = await ledger.outbox.next_batch(100)
        assert [one.record.client_uuid for one in waiting] == [
            *(uuids[place] for place in (0, 2, 3, 5)),
            *later,
        ]


async def test_reconnect_or_config_push_keeps_store(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """The link comes and goes, and each time the courier is made anew with other settings."""
    server = FakeServer()
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 9)
        for size in (1, 500, 2):
            server.script.append(CUT)
            async with delivering(record_courier(ledger, server, clocks, batches_of(size))):
                await trio.testing.wait_all_tasks_blocked()
            assert (await ledger.outbox.counts()).waiting == 9
        server.script.clear()
        async with delivering(record_courier(ledger, server, clocks, batches_of(3))):
            await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)


async def test_clock_jump_expires_nothing(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    server = FakeServer()
    uuids: list[str] = []
    for turned_s in (-YEARS_S, YEARS_S, 0.0):
        clocks.turned_s = turned_s
        async with open_ledger(path, inline, clocks) as ledger:
            evidence = await evidence_of(ledger, EvidenceSettings(most_days=1.0))
            uuids += await drop(ledger, 2)
            await evidence.keep(uuids[-1], [Frame(b"\xff\xd8", Encoding.JPEG, 1, 1, 0.0, 1)])
            clocks.turned_s = -turned_s
            await evidence.tidy()
            settings = CloudSettings()
            courier = Courier(ledger.outbox, evidence, server, settings, clock=clocks)
            assert await courier.cap_reached() == ""
            pictures = {one.stem for one in (path.parent / "evidence").iterdir()}
            assert pictures == set(uuids[1::2])
    async with (
        open_ledger(path, inline, clocks) as ledger,
        delivering(record_courier(ledger, server, clocks)),
    ):
        await trio.sleep(1)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert [uuid for request in server.requests for uuid in request] == uuids


async def test_full_store_recovers(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """A full disk refuses an item, and takes the next one as soon as there is room."""
    server = FakeServer()
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 2)
        courier = record_courier(ledger, server, clocks)
        async with delivering(courier):
            await trio.sleep(1)
            connection = connection_of(ledger)
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(LedgerUnusableError, match="the disk is full"):
                await drop_for_ever(ledger, uuids)
            connection.execute("PRAGMA max_page_count = 1000000")
            await trio.sleep(HOUR_S)
            await clear(ledger)
            uuids += await drop(ledger, 1)
            await trio.sleep(HOUR_S)
        dropped = [uuid for uuid, state in states(path).items() if state == "delivered"]
    assert set(uuids) <= set(dropped)
    assert set(server.stored) == set(dropped)


async def drop_for_ever(ledger: Ledger, uuids: list[str]) -> None:
    while True:
        uuids += await drop(ledger, 1)


async def clear(ledger: Ledger) -> None:
    """What the machine does after a step that failed."""
    item = await ledger.item_in_hand()
    if item is not None:
        await ledger.doubt(item.client_uuid, "the disk was full")
        await ledger.settle(item.client_uuid, Outcome.RETURNED)
    session = await ledger.session()
    if session is not None:
        await ledger.close_session(session.session_id, SessionEnd.INTERRUPTED)


async def test_four_day_outage_under_disk_cap(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """Four days, an item every hour: every record is there, the pictures keep their bound."""
    most = EvidenceSettings(most_mb=0.02)
    server = FakeServer()
    uuids: list[str] = []
    async with open_ledger(path, inline, clocks) as ledger:
        evidence = await evidence_of(ledger, most)
        for number in range(4 * 24):
            await trio.sleep(HOUR_S)
            situation = "refused given_back returned" if number % 2 else "accepted dropped"
            await ledger.open_session(new_session())
            item = await bring_to(ledger, situation)
            session = await ledger.session()
            assert session is not None
            await ledger.close_session(session.session_id, SessionEnd.FINISHED)
            uuids += [item.client_uuid] if situation == "accepted dropped" else []
            picture = Frame(b"x" * 1_000, Encoding.JPEG, 1, 1, 0.0, number)
            await evidence.keep(item.client_uuid, [picture])
            bytes_kept = sum(one.stat().st_size for one in (path.parent / "evidence").iterdir())
            assert bytes_kept <= 20_000
        # The room is taken by accepted items' pictures, the oldest of them, and by no other.
        assert {one.stem for one in (path.parent / "evidence").iterdir()} == set(uuids[:20])
        database = sum(one.stat().st_size for one in path.parent.glob("ledger.sqlite*"))
        assert database < 8_000_000
        courier = Courier(
            ledger.outbox, evidence, server, CloudSettings(evidence=most), clock=clocks
        )
        async with delivering(courier):
            await trio.sleep(HOUR_S)
        assert list((path.parent / "evidence").iterdir()) == []
        evidence.trouble = ""
        (fresh,) = await drop(ledger, 1)
        await evidence.keep(fresh, [picture])
        assert evidence.trouble == ""
    assert server.stored == dict.fromkeys(uuids, 1)
    assert [parcel.client_uuid for parcel in server.parcels] == uuids[:20]


async def test_retry_keeps_client_uuid(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    server = FakeServer()
    server.script.extend(["lost", "cut", ROLLED_BACK, "lost"])
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 1)
        async with delivering(record_courier(ledger, server, clocks)):
            await trio.sleep(HOUR_S)
            await ledger.outbox.retry()
            await trio.sleep(HOUR_S)
    async with (
        open_ledger(path, inline, clocks) as ledger,
        delivering(record_courier(ledger, server, clocks)),
    ):
        await trio.sleep(HOUR_S)
    assert len(server.requests) == 5
    assert set(server.requests) == {tuple(uuids)}


@pytest.mark.parametrize("trouble", ["cut", "lost", "silence"])
async def test_never_dropped_after_n(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock, trouble: str
) -> None:
    server = FakeServer()
    server.script.extend([trouble] * 200)
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 2)
        courier = record_courier(ledger, server, clocks)
        for _ in range(250):
            async with delivering(courier):
                await trio.sleep(3 * HOUR_S)  # then the link is lost, and found again
        assert (await ledger.outbox.counts()).delivered == 2
    assert len(server.requests) > 200
    assert set(server.stored) == set(uuids)


async def test_started_offline_finished_online(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """The item was seen without the server, and dropped after the link came up."""
    server = FakeServer()
    async with open_ledger(path, inline, clocks) as ledger:
        session = new_session()
        await ledger.open_session(session)
        item = await ledger.insert(session.session_id)
        await ledger.decide(item.client_uuid, ACCEPTED)
        async with delivering(record_courier(ledger, server, clocks)):
            await trio.sleep(HOUR_S)
            assert server.requests == []
            await ledger.settle(item.client_uuid, Outcome.DROPPED)
            await trio.sleep(1)
            await ledger.close_session(session.session_id, SessionEnd.FINISHED)
    (record,) = server.records.values()
    assert (record.client_uuid, record.session_id) == (item.client_uuid, session.session_id)
    assert server.stored == {item.client_uuid: 1}


async def test_boot_replay_and_recovery_scan_send_once(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """After a power cut the queue is delivered and the item in doubt is found, at the same time."""
    server = FakeServer(takes_s=5.0)
    async with open_ledger(path, inline, clocks) as ledger:
        uuids = await drop(ledger, 3)
        await ledger.open_session(new_session())
        doubtful = await bring_to(ledger, "accepted")
    async with (
        open_ledger(path, inline, clocks) as ledger,
        delivering(record_courier(ledger, server, clocks)),
    ):
        await trio.sleep(1)
        await ledger.doubt(doubtful.client_uuid, "power was cut")
        await ledger.settle(doubtful.client_uuid, Outcome.DROPPED)
        await ledger.settle(doubtful.client_uuid, Outcome.DROPPED)
        await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys([*uuids, doubtful.client_uuid], 1)


async def test_reset_while_offline_keeps_start_and_stop(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """Nothing of an item goes missing between two openings: when it came, when it fell, whose."""
    server = FakeServer(offset_s=1_900_000_000.0)
    async with open_ledger(path, inline, clocks) as ledger:
        await trio.sleep(100)
        await ledger.outbox.anchor(trio.current_time(), trio.current_time() + 1_900_000_000.0)
        (uuid,) = await drop(ledger, 1)
        (before,) = await ledger.recent(1)
    clocks.turned_s = -YEARS_S
    async with open_ledger(path, inline, clocks) as ledger:
        await trio.sleep(4 * DAY_S)
        async with delivering(record_courier(ledger, server, clocks)):
            await trio.sleep(1)
        (after,) = await ledger.recent(1)
    record = server.records[uuid]
    assert record.session_id == before.item.session_id
    assert record.dropped_at_s == 1_900_000_100
    assert (after.inserted_at, after.decided_at, after.settled_at) == (
        before.inserted_at,
        before.decided_at,
        before.settled_at,
    )


async def test_corrupt_db_quarantined_and_rebuilt(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    server = FakeServer()
    async with open_ledger(path, inline, clocks) as ledger:
        await drop(ledger, 3)
    path.write_bytes(b"noise" * 1000)
    async with open_ledger(path, inline, clocks) as ledger:
        assert ledger.opening.recovered_from is not None
        uuids = await drop(ledger, 2)
        async with delivering(record_courier(ledger, server, clocks)):
            await trio.sleep(1)
    assert server.stored == dict.fromkeys(uuids, 1)


async def test_empty_db_is_not_stop_everything(
    autojump_clock: MockClock, path: Path, clocks: VirtualClock
) -> None:
    """A machine without a past takes its first item, and no picture of an older past is lost."""
    (path.parent / "evidence").mkdir()
    old = path.parent / "evidence" / "00000000-0000-4000-8000-000000000000.jpg"
    old.write_bytes(b"evidence")
    path.write_bytes(b"")
    server = FakeServer()
    async with open_ledger(path, inline, clocks) as ledger:
        evidence = await evidence_of(ledger)
        courier = Courier(ledger.outbox, evidence, server, CloudSettings(), clock=clocks)
        assert await courier.cap_reached() == ""
        async with delivering(courier):
            await trio.sleep(HOUR_S)
            uuids = await drop(ledger, 1)
            await trio.sleep(1)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert old.read_bytes() == b"evidence"
