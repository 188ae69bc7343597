"""What the courier makes of each answer, and of each silence."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from rvm_edge.delivery import Proof, Receipt
from rvm_edge.ledger import Ledger, LedgerUnusableError, check
from rvm_edge.ledger.courier.records import IN_A_ROW, PATIENCE, PROBES
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.settings.cloud import CloudSettings
from tests.ledger.couriers import DAY_S, HOUR_S, batches_of, delivering, record_courier
from tests.ledger.scenes import VirtualClock, connection_of, drop
from tests.ledger.servers import (
    CUT,
    NOT_ALLOWED,
    NOT_NOW,
    REFUSED,
    ROLLED_BACK,
    FakeServer,
)


@pytest.fixture(autouse=True)
def sound(path: Path) -> object:
    yield
    assert check(path).violations == ()


async def states(ledger: Ledger) -> dict[str, str]:
    rows = connection_of(ledger).execute("SELECT client_uuid, state FROM outbox").fetchall()
    return {str(uuid): str(state) for uuid, state in rows}


async def letters(ledger: Ledger) -> dict[str, str]:
    rows = connection_of(ledger).execute("SELECT client_uuid, why FROM dead_letters").fetchall()
    return {str(uuid): str(why) for uuid, why in rows}


async def test_everything_goes_in_batches_and_in_order(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 7)
    server = FakeServer()
    courier = record_courier(ledger, server, clocks, batches_of(3))
    assert (courier.delivered, courier.in_progress) == (0, 0)
    async with delivering(courier):
        await trio.sleep(1)
    assert [uuid for request in server.requests for uuid in request] == uuids
    assert [len(request) for request in server.requests] == [3, 3, 1]
    assert courier.delivered == 7
    assert set((await states(ledger)).values()) == {"delivered"}


async def test_a_fresh_item_goes_at_once(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    server = FakeServer()
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(HOUR_S)
        began = trio.current_time()
        uuids = await drop(ledger, 1)
        await trio.testing.wait_all_tasks_blocked()
        assert server.requests == [tuple(uuids)]
        assert trio.current_time() == began


async def test_the_mark_is_on_disk_when_the_request_leaves(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 3)
    seen: list[int] = []
    server = FakeServer()
    server.before_request = lambda _: seen.extend(
        row[0]
        for row in connection_of(ledger).execute("SELECT unanswered FROM outbox ORDER BY number")
    )
    async with delivering(record_courier(ledger, server, clocks, batches_of(2))):
        await trio.sleep(1)
    assert seen == [1, 1, 0, 0, 0, 1]


async def test_a_lost_reply_is_sent_again_under_the_same_identity_and_flagged(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 2)
    server = FakeServer()
    server.script.extend(["lost"])
    courier = record_courier(ledger, server, clocks)
    async with delivering(courier):
        await trio.testing.wait_all_tasks_blocked()
        counts = await ledger.outbox.counts()
        assert (counts.waiting, counts.ambiguous) == (2, 2)
        assert "reset" in courier.pause.hint
        await trio.sleep(HOUR_S)
        assert courier.pause.hint == ""
    assert server.stored == dict.fromkeys(uuids, 2)
    counts = await ledger.outbox.counts()
    assert (counts.delivered, counts.possibly_twice) == (2, 2)


async def test_the_wait_after_silences_grows_and_a_smaller_request_is_tried(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 8)
    server = FakeServer()
    server.script.extend(["cut"] * 4)
    moments: list[float] = []
    server.before_request = lambda _: moments.append(trio.current_time())
    async with delivering(record_courier(ledger, server, clocks, batches_of(8))):
        await trio.sleep(HOUR_S)
    assert [len(request) for request in server.requests] == [8, 4, 2, 1, 1, 2, 4, 1]
    waits = [later - sooner for sooner, later in pairwise(moments[:5])]
    assert all(wait <= bound for wait, bound in zip(waits, (1, 2, 4, 8), strict=True))
    assert sum(waits) > 1


async def test_a_server_that_is_not_reached_leaves_no_doubt(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 2)
    server = FakeServer()
    server.script.extend([NOT_NOW] * 3)
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert (await ledger.outbox.counts()).possibly_twice == 0


async def test_a_server_that_asks_for_patience_gets_it(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 1)
    server = FakeServer()
    server.script.append(Receipt(Proof.NOT_NOW, "429", retry_after_s=600.0))
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(599)
        assert len(server.requests) == 1
        await trio.sleep(3)
        assert len(server.requests) == 2


async def test_nobody_sends_the_machine_away_for_years(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 1)
    server = FakeServer()
    server.script.append(Receipt(Proof.NOT_NOW, "429", retry_after_s=1e12))
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(DAY_S)
    assert len(server.requests) == 2


async def test_a_key_that_may_not_deliver_keeps_the_queue_and_rests_for_hours(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 2)
    server = FakeServer()
    server.script.append(NOT_ALLOWED)
    courier = record_courier(ledger, server, clocks)
    async with delivering(courier):
        await trio.sleep(HOUR_S)
    assert courier.pause.hint == "401: Unauthenticated."
    async with delivering(courier):  # the link was lost and found: the rest goes on
        await trio.sleep(2 * HOUR_S)
        assert len(server.requests) == 1
        await trio.sleep(2 * HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert (await ledger.outbox.counts()).possibly_twice == 0


@pytest.mark.parametrize("place", range(7))
async def test_a_batch_is_halved_down_to_the_guilty_one(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock, place: int
) -> None:
    uuids = await drop(ledger, 7)
    server = FakeServer(poison={uuids[place]})
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(1)
    assert await letters(ledger) == {uuids[place]: ROLLED_BACK.why}
    assert server.stored == {uuid: 1 for uuid in uuids if uuid != uuids[place]}
    assert len(server.requests) <= 7
    found = await states(ledger)
    assert found.pop(uuids[place]) == "dead"
    assert set(found.values()) == {"delivered"}
    assert (await ledger.outbox.counts()).possibly_twice == 0


async def test_a_guilty_one_that_waits_alone_is_given_up_too(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 1)
    async with delivering(record_courier(ledger, FakeServer(poison=set(uuids)), clocks)):
        await trio.sleep(1)
    assert await letters(ledger) == {uuids[0]: ROLLED_BACK.why}


async def test_what_is_refused_is_halved_likewise(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 2)
    server = FakeServer()
    server.script.extend([REFUSED, "taken", REFUSED])
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(1)
    assert await letters(ledger) == {uuids[1]: REFUSED.why}
    assert server.stored == {uuids[0]: 1}


async def test_a_retried_dead_letter_is_sent_again_at_once(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 1)
    server = FakeServer(poison=set(uuids))
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(1)
        server.poison.clear()
        await ledger.outbox.retry()
        await trio.sleep(1)
    assert server.stored == {uuids[0]: 1}
    assert set((await states(ledger)).values()) == {"delivered"}
    assert (await ledger.outbox.counts()).possibly_twice == 0  # the first was proved not to arrive


async def test_a_server_that_takes_nothing_buries_a_few_and_not_the_whole_queue(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 12)
    server = FakeServer(poison=set(uuids))
    courier = record_courier(ledger, server, clocks, batches_of(4))
    async with delivering(courier):
        await trio.sleep(HOUR_S)
        assert len(await letters(ledger)) == IN_A_ROW
        assert courier.pause.hint == ROLLED_BACK.why
        server.poison.clear()
        await trio.sleep(HOUR_S)
        assert server.stored == dict.fromkeys(uuids[IN_A_ROW:], 1)
        await ledger.outbox.retry()
        await trio.sleep(1)
    assert set((await states(ledger)).values()) == {"delivered"}


async def test_a_server_that_takes_nothing_is_asked_about_a_few_at_a_time(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 12)
    server = FakeServer(poison=set(uuids))
    moments: list[float] = []
    server.before_request = lambda _: moments.append(trio.current_time())
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(60)
        moments.clear()
        await trio.sleep(HOUR_S)
    at_once = [len(list(group)) for _, group in groupby(moments, key=int)]
    assert set(at_once) == {PROBES}


async def test_more_guilty_ones_in_a_row_than_that_do_not_stop_the_rest(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 20)
    server = FakeServer(poison=set(uuids[:8]))
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(HOUR_S)
    assert set(await letters(ledger)) == set(uuids[:8])
    assert server.stored == dict.fromkeys(uuids[8:], 1)


async def test_guilty_ones_that_come_one_at_a_time_are_each_given_up_at_once(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    server = FakeServer()
    async with delivering(record_courier(ledger, server, clocks)):
        for _ in range(2 * IN_A_ROW):
            server.script.append(ROLLED_BACK)
            uuids = await drop(ledger, 1)
            await trio.sleep(1)
            assert uuids[0] in await letters(ledger)
            await drop(ledger, 1)
            await trio.sleep(1)


async def test_patience_with_guilty_ones_ends(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 5)
    server = FakeServer(poison=set(uuids))
    async with delivering(record_courier(ledger, server, clocks, batches_of(1))):
        await trio.sleep(2 * DAY_S)
    assert set(await letters(ledger)) == set(uuids)
    tries = [sum(uuid in request for request in server.requests) for uuid in uuids]
    assert tries == [1, 1, 1, PATIENCE + 1, PATIENCE + 1]
    assert len(server.requests) == sum(tries)


async def test_where_some_were_taken_each_is_sent_alone_under_its_identity(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 4)
    server = FakeServer(strangers={uuids[2]})
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(1)
    assert server.requests == [tuple(uuids), *((uuid,) for uuid in uuids)]
    assert await letters(ledger) == {uuids[2]: f"User not found: {uuids[2]}"}
    # Where nobody recognises an identity there are two of each now, and the ledger says so.
    assert (await ledger.outbox.counts()).possibly_twice == 4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Receipt(Proof.SOME_TAKEN, "0 of 1 counted"), id="not complained about"),
        pytest.param(Receipt(Proof.UNKNOWN, "502", errors=("no user",)), id="not believed"),
    ],
)
async def test_one_that_was_not_counted_is_given_up_only_on_a_complaint_that_is_believed(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock, answer: Receipt
) -> None:
    uuids = await drop(ledger, 1)
    server = FakeServer()
    server.script.append(answer)
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(HOUR_S)
    assert server.requests == [tuple(uuids)] * 2
    assert set((await states(ledger)).values()) == {"delivered"}


async def test_one_that_makes_the_server_fall_silent_does_not_stop_the_others(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 12)
    server = FakeServer(killers={uuids[0]})
    async with delivering(record_courier(ledger, server, clocks, batches_of(4))):
        await trio.sleep(HOUR_S)
        assert server.stored == dict.fromkeys(uuids[1:], 1)
        later = await drop(ledger, 1)
        await trio.sleep(10)
        assert server.stored[later[0]] == 1
        tries = sum(uuids[0] in request for request in server.requests)
        await trio.sleep(DAY_S)
        in_a_day = sum(uuids[0] in request for request in server.requests) - tries
        assert 1 <= in_a_day <= 24
        assert (await states(ledger))[uuids[0]] == "waiting"
        server.killers.clear()
        await trio.sleep(DAY_S)
        assert server.stored == dict.fromkeys([*uuids, *later], 1)
        # The next one of that kind is tried as often as the first one was.
        again = await drop(ledger, 1)
        server.killers.update(again)
        await trio.sleep(2 * HOUR_S)
        assert sum(again[0] in request for request in server.requests) >= tries - 1


async def test_a_lost_link_leaves_what_was_under_way_ambiguous(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 3)
    server = FakeServer()
    server.script.append("hang")
    courier = record_courier(ledger, server, clocks, batches_of(2))
    async with delivering(courier):
        await trio.sleep(2)
        assert courier.in_progress == 2
    assert courier.in_progress == 0
    counts = await ledger.outbox.counts()
    assert (counts.waiting, counts.ambiguous, counts.delivered) == (3, 2, 0)
    async with delivering(courier):
        await trio.sleep(1)
    assert server.stored == {uuids[0]: 2, uuids[1]: 2, uuids[2]: 1}
    assert (await ledger.outbox.counts()).possibly_twice == 2


async def test_an_answer_that_came_is_kept_even_if_the_link_is_lost_at_that_moment(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 1)
    server = FakeServer()
    courier = record_courier(ledger, server, clocks)
    with trio.CancelScope() as link:
        answer = server.send_records

        async def send(records: object) -> Receipt:
            receipt = await answer(records)  # type: ignore[arg-type] # passed on as it came
            link.cancel()
            return receipt

        server.send_records = send  # type: ignore[method-assign] # a wire that breaks
        await courier.deliver()
    assert link.cancelled_caught
    counts = await ledger.outbox.counts()
    assert (counts.delivered, counts.ambiguous) == (1, 0)


async def test_a_full_disk_is_waited_out_before_anything_else_is_sent(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuids = await drop(ledger, 3)
    server = FakeServer()
    mark = ledger.outbox.mark_delivered
    full_until = 500.0

    async def mark_delivered(these: object) -> None:
        if trio.current_time() < full_until:
            raise LedgerUnusableError("the disk is full; free some space")
        await mark(these)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(ledger.outbox, "mark_delivered", mark_delivered)
    courier = record_courier(ledger, server, clocks, batches_of(2))
    async with delivering(courier):
        await trio.sleep(100)
        assert courier.pause.hint == "the disk is full; free some space"
        assert server.requests == [tuple(uuids[:2])]
        await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)
    assert (await ledger.outbox.counts()).possibly_twice == 0


async def test_a_ledger_that_refuses_a_mark_lets_nothing_leave(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drop(ledger, 1)
    server = FakeServer()

    async def refuse(_: object) -> None:
        raise LedgerUnusableError("it is read-only")

    with monkeypatch.context() as patch:
        patch.setattr(ledger.outbox, "mark_sent", refuse)
        courier = record_courier(ledger, server, clocks)
        async with delivering(courier):
            await trio.sleep(HOUR_S)
    assert server.requests == []
    assert courier.pause.hint == "it is read-only"


async def test_a_backlog_rests_while_somebody_is_at_the_machine(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    await drop(ledger, 5)
    server, rest = FakeServer(takes_s=1.0), Rest()
    async with delivering(record_courier(ledger, server, clocks, batches_of(2), rest)):
        await trio.sleep(0.5)
        with rest.resting():
            with rest.resting():
                await trio.sleep(HOUR_S)
            await trio.sleep(HOUR_S)
            assert len(server.requests) == 1
        await trio.sleep(3)
    assert [len(request) for request in server.requests] == [2, 2, 1]


async def test_a_backlog_that_is_being_halved_rests_too(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 5)
    server, rest = FakeServer(takes_s=1.0, poison={uuids[0]}), Rest()
    async with delivering(record_courier(ledger, server, clocks, batches_of(4), rest)):
        await trio.sleep(0.5)
        with rest.resting():
            await trio.sleep(HOUR_S)
            assert len(server.requests) == 1
        await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids[1:], 1)


async def test_a_fresh_item_goes_at_once_while_somebody_is_at_the_machine(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    server, rest = FakeServer(), Rest()
    async with delivering(record_courier(ledger, server, clocks, batches_of(2), rest)):
        with rest.resting():
            uuids = [*await drop(ledger, 1), *await drop(ledger, 1)]
            await trio.sleep(1)
            assert sorted(server.stored) == sorted(uuids)


async def test_what_fits_in_one_request_is_no_backlog(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 2)
    server, rest = FakeServer(), Rest()
    with rest.resting():
        async with delivering(record_courier(ledger, server, clocks, batches_of(2), rest)):
            await trio.sleep(1)
    assert server.requests == [tuple(uuids)]


async def test_the_server_is_told_its_own_time_of_each_item(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    server = FakeServer(offset_s=1_900_000_000.0)
    await trio.sleep(50)
    early = await drop(ledger, 1)
    clocks.turned_s = -30 * 365 * DAY_S
    await trio.sleep(1000)
    late = await drop(ledger, 1)
    clocks.turned_s = 10 * 365 * DAY_S
    async with delivering(record_courier(ledger, server, clocks)):
        await trio.sleep(1)
    moments = {uuid: record.dropped_at_s for uuid, record in server.records.items()}
    assert moments == {early[0]: 1_900_000_050, late[0]: 1_900_001_050}


async def test_settings_of_the_shipped_kind_work(
    ledger: Ledger, autojump_clock: MockClock, clocks: VirtualClock
) -> None:
    uuids = await drop(ledger, 60)
    server = FakeServer()
    server.script.append(CUT)
    async with delivering(record_courier(ledger, server, clocks, CloudSettings())):
        await trio.sleep(HOUR_S)
    assert server.stored == dict.fromkeys(uuids, 1)
