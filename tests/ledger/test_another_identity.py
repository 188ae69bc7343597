"""What was taken as one machine is never delivered as another one, and never lost either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.delivery import Record
from rvm_edge.identity import Identity, Registration, Secret
from rvm_edge.item import SessionEnd, SessionMode
from rvm_edge.ledger import Ledger, check, read_only
from rvm_edge.ledger.queue import QueueState, undelivered
from tests.ledger.couriers import delivering, record_courier
from tests.ledger.scenes import TestClock, bring_to, connection_of, drop, new_session
from tests.ledger.servers import FakeServer

HERE = Registration("https://rvm.example.org", "RVM-202601-042")
OTHER_MACHINE = Registration("https://rvm.example.org", "RVM-202601-043")
OTHER_SERVER = Registration("https://mall.example.net", "RVM-202601-042")


async def waiting(ledger: Ledger) -> list[str]:
    return [one.record.client_uuid for one in await ledger.outbox.next_batch(50)]


@pytest.mark.parametrize("other", [OTHER_MACHINE, OTHER_SERVER])
async def test_another_machine_or_server_gets_nothing_of_what_waited(
    ledger: Ledger, other: Registration
) -> None:
    await ledger.outbox.become(HERE)
    ours = await drop(ledger, 2)
    await ledger.outbox.become(other)
    theirs = await drop(ledger, 1)
    assert await waiting(ledger) == theirs
    counts = await ledger.outbox.counts()
    assert (counts.waiting, counts.held) == (1, 2)
    await ledger.outbox.become(HERE)
    assert await waiting(ledger) == ours


async def test_another_key_of_the_same_machine_changes_nothing(ledger: Ledger) -> None:
    first = Identity(HERE.server_url, HERE.hardware_id, "Lobby", Secret("a" * 64))
    second = Identity(HERE.server_url, HERE.hardware_id, "Atrium", Secret("b" * 64))
    await ledger.outbox.become(first.registration)
    uuids = await drop(ledger, 2)
    await ledger.outbox.become(second.registration)
    assert await waiting(ledger) == uuids
    assert (await ledger.outbox.counts()).held == 0


async def test_what_was_taken_before_anybody_said_who_it_is_goes_to_the_first(
    ledger: Ledger,
) -> None:
    uuids = await drop(ledger, 2)
    await ledger.outbox.become(HERE)
    assert await waiting(ledger) == uuids
    await ledger.outbox.become(OTHER_MACHINE)
    assert await waiting(ledger) == []


async def test_what_is_held_says_for_whom(ledger: Ledger) -> None:
    await ledger.outbox.become(HERE)
    (uuid,) = await drop(ledger, 1)
    await ledger.outbox.become(OTHER_MACHINE)
    with read_only(ledger.path) as connection:
        (entry,) = undelivered(connection)
        assert list(undelivered(connection, QueueState.HELD)) == [entry]
        assert list(undelivered(connection, QueueState.WAITING)) == []
    assert (entry.client_uuid, entry.state) == (uuid, QueueState.HELD)
    assert (entry.hardware_id, entry.server_url) == (HERE.hardware_id, HERE.server_url)
    assert entry.reason == (
        "taken as RVM-202601-042 at https://rvm.example.org, "
        "this machine is now RVM-202601-043 at https://rvm.example.org"
    )


async def test_a_dead_letter_of_another_machine_is_held_when_it_is_tried_again(
    ledger: Ledger,
) -> None:
    await ledger.outbox.become(HERE)
    (uuid,) = await drop(ledger, 1)
    await ledger.outbox.bury(uuid, "422")
    await ledger.outbox.become(OTHER_MACHINE)
    assert (await ledger.outbox.counts()).dead == 1
    await ledger.outbox.retry(uuid)
    assert await waiting(ledger) == []
    assert (await ledger.outbox.counts()).held == 1


async def test_what_is_held_does_not_count_against_the_limit_of_guests(ledger: Ledger) -> None:
    await ledger.outbox.become(HERE)
    await drop(ledger, 3, SessionMode.GUEST)
    assert await ledger.outbox.guests_waiting(10) == 3
    await ledger.outbox.become(OTHER_MACHINE)
    assert await ledger.outbox.guests_waiting(10) == 0


async def test_pictures_are_held_with_their_items(ledger: Ledger) -> None:
    await ledger.outbox.become(HERE)
    (uuid,) = await drop(ledger, 1)
    await ledger.pictures.add(uuid, 1000)
    await ledger.outbox.become(OTHER_MACHINE)
    assert await ledger.pictures.count_to_upload() == (0, 0)
    assert await ledger.pictures.next_to_upload(accepted=True) is None
    await ledger.outbox.become(HERE)
    picture = await ledger.pictures.next_to_upload(accepted=True)
    assert picture is not None
    assert picture.parcel.taken_by == HERE


async def test_a_courier_delivers_each_as_the_machine_that_took_it(
    ledger: Ledger, clock: TestClock, autojump_clock: MockClock
) -> None:
    seen: list[tuple[Registration, Registration | None]] = []
    now = HERE

    def note(records: Sequence[Record]) -> None:
        seen.extend((now, one.taken_by) for one in records)

    server = FakeServer(before_request=note)
    await ledger.outbox.become(HERE)
    ours = await drop(ledger, 2)
    now = OTHER_MACHINE
    await ledger.outbox.become(now)
    theirs = await drop(ledger, 1)
    async with delivering(record_courier(ledger, server, clock)):
        await wait_all_tasks_blocked()
        assert set(server.stored) == set(theirs)
        now = HERE
        await ledger.outbox.become(now)
        with trio.fail_after(60):
            while set(server.stored) != {*ours, *theirs}:
                await trio.sleep(1)
    assert all(sender == taker for sender, taker in seen)


async def test_who_began_with_one_machine_is_not_made_another_ones_user_meanwhile(
    ledger: Ledger, path: Path
) -> None:
    await ledger.outbox.become(HERE)
    session = new_session(SessionMode.USER)
    await ledger.open_session(session)
    await ledger.outbox.become(OTHER_SERVER)
    item = await bring_to(ledger, "accepted dropped")
    await ledger.close_session(session.session_id, SessionEnd.FINISHED)
    assert await waiting(ledger) == []
    await ledger.outbox.become(HERE)
    assert await waiting(ledger) == [item.client_uuid]
    assert check(path).violations == ()


async def test_a_session_that_began_before_anybody_said_who_it_is_goes_to_the_first_whole(
    ledger: Ledger, path: Path
) -> None:
    session = new_session(SessionMode.GUEST)
    await ledger.open_session(session)
    before = await bring_to(ledger, "accepted dropped")
    await ledger.outbox.become(HERE)
    after = await bring_to(ledger, "accepted dropped")
    assert await waiting(ledger) == [before.client_uuid, after.client_uuid]
    assert check(path).violations == ()


async def test_no_item_ever_changes_whose_it_is(ledger: Ledger) -> None:
    await ledger.outbox.become(HERE)
    await drop(ledger, 1)
    await ledger.outbox.become(OTHER_MACHINE)
    for statement in (
        "UPDATE items SET registration = 2",
        "UPDATE items SET registration = NULL",
        "UPDATE sessions SET registration = 2",
        "UPDATE registrations SET hardware_id = 'RVM-202601-099'",
        "DELETE FROM registrations",
        "UPDATE registrations SET in_force = 1",
    ):
        with pytest.raises(Exception, match=r"keeps the registration|stays|never deleted|UNIQUE"):
            connection_of(ledger).execute(statement)


async def test_a_ledger_with_two_registrations_is_sound(ledger: Ledger, path: Path) -> None:
    await ledger.outbox.become(HERE)
    await drop(ledger, 1)
    await ledger.outbox.become(OTHER_SERVER)
    await drop(ledger, 1)
    await ledger.outbox.become(HERE)
    await ledger.outbox.become(OTHER_MACHINE)
    await drop(ledger, 1)
    assert check(path).violations == ()
