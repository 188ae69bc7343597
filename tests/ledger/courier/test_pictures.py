"""Which picture goes up when, and what becomes of it afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timezone, tzinfo
from pathlib import Path

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from drivers.ports import Encoding, Frame
from rvm_edge.delivery import Proof, Receipt
from rvm_edge.item import Outcome
from rvm_edge.ledger import Ledger, check
from rvm_edge.ledger.courier import Courier
from rvm_edge.ledger.courier.pictures import FRESH, TRIES
from rvm_edge.ledger.evidence import EvidenceFolder
from rvm_edge.provisioning.local_time import keep_time_of
from rvm_edge.provisioning.site import Site
from rvm_edge.settings.cloud import CloudSettings, EvidenceSettings
from tests.ledger.couriers import DAY_S, HOUR_S, delivering, evidence_of
from tests.ledger.scenes import VirtualClock, bring_to, connection_of, new_session
from tests.ledger.servers import NOT_ALLOWED, NOT_NOW, FakeServer

TOO_LARGE = Receipt(Proof.REFUSED, "413: it is larger than the server takes")
UNBELIEVABLE = Receipt(Proof.UNKNOWN, "502: a page in HTML")
ACCEPTED = "accepted dropped"
REJECTED = "refused given_back returned"
# The virtual day begins at 08:00 UTC.
ZONE = timezone.utc


@pytest.fixture(autouse=True)
def sound(path: Path) -> object:
    yield
    assert check(path).violations == ()


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "evidence"


def courier_of(
    ledger: Ledger,
    evidence: EvidenceFolder,
    server: FakeServer,
    clock: VirtualClock,
    settings: CloudSettings | None = None,
    *,
    zone: tzinfo | None = ZONE,
) -> Courier:
    return Courier(
        ledger.outbox,
        evidence,
        server,
        settings or CloudSettings(),
        clock=clock,
        chance=random.Random(3).random,  # noqa: S311 - jitter
        zone=zone,
    )


async def picture_of(ledger: Ledger, evidence: EvidenceFolder, situation: str) -> str:
    if await ledger.session() is None:
        await ledger.open_session(new_session())
    uuid = (await bring_to(ledger, situation)).client_uuid
    await evidence.keep(uuid, [Frame(uuid.encode() * 10, Encoding.JPEG, 640, 480, 0.0, 1)])
    assert evidence.trouble == ""
    return uuid


def uuids_of(server: FakeServer) -> list[str]:
    return [parcel.client_uuid for parcel in server.parcels]


def why_given_up(ledger: Ledger) -> list[str | None]:
    rows = connection_of(ledger).execute("SELECT given_up FROM pictures ORDER BY number")
    return [why for (why,) in rows.fetchall()]


def files(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


async def test_an_accepted_items_picture_goes_up_at_once_and_leaves_the_folder(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.sleep(HOUR_S)
        began = trio.current_time()
        uuid = await picture_of(ledger, evidence, ACCEPTED)
        await trio.testing.wait_all_tasks_blocked()
        assert trio.current_time() == began
        assert uuids_of(server) == [uuid]
        assert files(folder) == set()
    (parcel,) = server.parcels
    assert (parcel.accepted, parcel.reason, parcel.label) == (True, "empty_pet", "pet_bottle")
    assert (parcel.weight_g, parcel.model_hash) == (23.5, "ab" * 32)
    assert parcel.jpeg == uuid.encode() * 10


async def test_a_picture_stays_until_its_item_is_settled(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        uuid = await picture_of(ledger, evidence, "accepted")
        await trio.sleep(HOUR_S)
        assert uuids_of(server) == [uuid]
        assert files(folder) == {uuid}
        await ledger.doubt(uuid, "power was cut")
        await ledger.give_back(uuid)
        await ledger.settle(uuid, Outcome.RETURNED)
        await trio.testing.wait_all_tasks_blocked()
        assert files(folder) == set()


async def test_rejected_items_pictures_go_up_at_night_and_stay_for_technicians(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        uuids = [await picture_of(ledger, evidence, REJECTED) for _ in range(3)]
        await trio.sleep(15.9 * HOUR_S)
        assert server.parcels == []
        await trio.sleep(3 * HOUR_S)
        assert uuids_of(server) == uuids
        assert files(folder) == set(uuids)
        await trio.sleep(25 * HOUR_S)
        assert files(folder) == set()
    assert [parcel.accepted for parcel in server.parcels] == [False] * 3
    assert server.parcels[0].reason == "not_empty"


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Let the computer's own time be UTC, and yield a site where it is seven hours later."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield Site(time_zone="Asia/Jakarta")
    monkeypatch.undo()
    time.tzset()


async def test_the_night_is_the_sites_and_not_the_computers_from_when_one_was_chosen(
    autojump_clock: MockClock,
    ledger: Ledger,
    clocks: VirtualClock,
    far_east: Site,
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    courier = courier_of(ledger, evidence, server, clocks, zone=None)
    keep_time_of(far_east)
    async with delivering(courier):
        uuid = await picture_of(ledger, evidence, REJECTED)  # it is 15:00 in Jakarta
        await trio.sleep(8.9 * HOUR_S)
        assert server.parcels == []
        await trio.sleep(3 * HOUR_S)
        assert uuids_of(server) == [uuid]


async def test_the_night_upload_waits_for_whoever_comes_and_ends_with_the_night(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer(takes_s=120.0)
    courier = courier_of(ledger, evidence, server, clocks)
    async with delivering(courier):
        for _ in range(150):
            await picture_of(ledger, evidence, REJECTED)
        await trio.sleep(18.6 * HOUR_S)
        sent = len(server.parcels)
        assert 0 < sent < 75
        with courier.resting():
            await trio.sleep(0.5 * HOUR_S)
            assert len(server.parcels) <= sent + 1
        await trio.sleep(0.5 * HOUR_S)
        assert sent + 10 < len(server.parcels)
        await trio.sleep(1.5 * HOUR_S)  # the night is over
        in_the_morning = len(server.parcels)
        await trio.sleep(12 * HOUR_S)
        assert len(server.parcels) == in_the_morning < 150


async def test_accepted_ones_of_whoever_is_here_go_at_once_and_a_backlog_waits(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    for _ in range(FRESH + 1):
        await picture_of(ledger, evidence, ACCEPTED)
    courier = courier_of(ledger, evidence, server, clocks)
    with courier.resting():
        async with delivering(courier):
            await trio.sleep(HOUR_S)
            assert server.parcels == []
    async with delivering(courier):
        await trio.sleep(1)
        assert len(server.parcels) == FRESH + 1
        with courier.resting():
            uuid = await picture_of(ledger, evidence, ACCEPTED)
            await trio.sleep(1)
            assert uuids_of(server)[-1] == uuid


async def test_as_many_as_one_person_brings_are_no_backlog(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    uuids = [await picture_of(ledger, evidence, ACCEPTED) for _ in range(FRESH)]
    courier = courier_of(ledger, evidence, server, clocks)
    with courier.resting():
        async with delivering(courier):
            await trio.sleep(1)
            assert uuids_of(server) == uuids


async def test_with_new_credentials_records_and_pictures_are_tried_again_at_once(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    server.script.append(NOT_ALLOWED)
    server.picture_script.append(NOT_ALLOWED)
    uuid = await picture_of(ledger, evidence, ACCEPTED)
    courier = courier_of(ledger, evidence, server, clocks)
    async with delivering(courier):
        await trio.sleep(1)
        assert (server.stored, server.parcels) == ({}, [])
        assert (await courier.undelivered(), (await courier.status()).hint) == (1, NOT_ALLOWED.why)
        courier.begin_anew()
        await trio.testing.wait_all_tasks_blocked()
        assert (server.stored, uuids_of(server)) == ({uuid: 1}, [uuid])
        assert (await courier.undelivered(), (await courier.status()).hint) == (0, "")


async def test_a_picture_that_is_too_large_is_made_smaller_once(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    server.picture_script.append(TOO_LARGE)
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        uuid = await picture_of(ledger, evidence, ACCEPTED)
        await trio.sleep(1)
    (parcel,) = server.parcels
    assert parcel.jpeg == (uuid.encode() * 10)[:180]
    assert why_given_up(ledger) == [None]
    assert files(folder) == set()


async def test_a_picture_that_is_refused_twice_is_given_up_and_its_record_is_not(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    server.picture_script.extend([TOO_LARGE] * 2)
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        uuid = await picture_of(ledger, evidence, ACCEPTED)
        await trio.sleep(HOUR_S)
    assert server.parcels == []
    assert why_given_up(ledger) == [TOO_LARGE.why]
    assert files(folder) == {uuid}
    assert server.stored == {uuid: 1}


async def test_a_picture_that_cannot_be_made_smaller_is_given_up(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    uuid = await picture_of(ledger, evidence, ACCEPTED)
    (folder / f"{uuid}.jpg").write_bytes(b"unreadable")
    server.picture_script.append(TOO_LARGE)
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.sleep(HOUR_S)
    assert why_given_up(ledger) == [
        f"{TOO_LARGE.why}; it cannot be made smaller: the picture cannot be read"
    ]


async def test_a_picture_that_vanished_is_recorded_and_the_next_goes_up(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    gone, there = [await picture_of(ledger, evidence, ACCEPTED) for _ in range(2)]
    (folder / f"{gone}.jpg").unlink()
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.sleep(1)
    assert uuids_of(server) == [there]
    row = connection_of(ledger).execute(
        "SELECT why_removed FROM pictures WHERE client_uuid = ?", (gone,)
    )
    assert row.fetchone() == ("lost",)


async def test_one_that_the_server_does_not_take_is_in_nobodys_way(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    bad, good = [await picture_of(ledger, evidence, ACCEPTED) for _ in range(2)]
    server.picture_script.append(UNBELIEVABLE)
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.testing.wait_all_tasks_blocked()
        rows = connection_of(ledger).execute("SELECT last_error FROM pictures ORDER BY number")
        assert rows.fetchall() == [(UNBELIEVABLE.why,), ("",)]
        await trio.sleep(HOUR_S)
    assert uuids_of(server) == [good, bad]


async def test_uploads_without_a_believable_answer_end_some_day(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    uuid = await picture_of(ledger, evidence, ACCEPTED)
    server.picture_script.extend([UNBELIEVABLE] * (TRIES + 5))
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.sleep(DAY_S)
    assert len(server.picture_script) == 5
    (why,) = why_given_up(ledger)
    assert why == f"no answer to {TRIES} uploads could be believed; the last: {UNBELIEVABLE.why}"
    assert files(folder) == {uuid}


@pytest.mark.parametrize("answer", [NOT_NOW, NOT_ALLOWED], ids=["not_now", "not_allowed"])
async def test_tries_in_which_nothing_was_sent_count_for_none(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, answer: Receipt
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    uuid = await picture_of(ledger, evidence, ACCEPTED)
    server.picture_script.extend([*([answer] * (2 * TRIES)), UNBELIEVABLE])
    courier = courier_of(ledger, evidence, server, clocks)
    async with delivering(courier):
        await trio.sleep(1)
        assert (await courier.status()).hint == answer.why
        await trio.sleep(20 * DAY_S)
    assert uuids_of(server) == [uuid]


async def test_a_lost_answer_to_a_picture_means_another_upload_and_no_lost_picture(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock, folder: Path
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    server.picture_script.append("lost")
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        uuid = await picture_of(ledger, evidence, ACCEPTED)
        await trio.testing.wait_all_tasks_blocked()
        assert files(folder) == {uuid}
        await trio.sleep(HOUR_S)
    assert uuids_of(server) == [uuid, uuid]
    assert files(folder) == set()


async def test_a_folder_that_cannot_be_read_is_a_hint_and_not_the_end_of_delivery(
    autojump_clock: MockClock,
    ledger: Ledger,
    clocks: VirtualClock,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    uuid = await picture_of(ledger, evidence, ACCEPTED)

    def refuse(_: object) -> bytes:
        raise OSError(5, "Input/output error")

    courier = courier_of(ledger, evidence, server, clocks)
    async with delivering(courier):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", refuse)
            await trio.sleep(HOUR_S)
        assert (await courier.status()).hint == "the evidence folder: Input/output error"
        await trio.sleep(HOUR_S)
        assert uuids_of(server) == [uuid]
        assert (await courier.status()).hint == ""


async def test_the_night_is_told_by_the_servers_clock_where_it_is_known(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence, server = await evidence_of(ledger), FakeServer()
    clocks.turned_s = 17 * HOUR_S  # the wall clock says 01:00, and lies
    server.offset_s = 1_772_352_000.0  # 2026-03-01 08:00 UTC
    uuid = await picture_of(ledger, evidence, REJECTED)
    async with delivering(courier_of(ledger, evidence, server, clocks)):
        await trio.sleep(15 * HOUR_S)
        assert server.parcels == []
        await trio.sleep(4 * HOUR_S)
        assert uuids_of(server) == [uuid]


async def test_the_status_tells_how_the_delivery_stands(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    evidence = await evidence_of(ledger, EvidenceSettings())
    server = FakeServer(takes_s=5.0)
    courier = courier_of(ledger, evidence, server, clocks)
    await picture_of(ledger, evidence, ACCEPTED)
    await picture_of(ledger, evidence, REJECTED)
    status = await courier.status()
    assert (status.waiting, status.pictures_waiting, status.in_progress) == (1, 2, 0)
    async with delivering(courier):
        await trio.sleep(1)
        status = await courier.status()
        assert (status.waiting, status.ambiguous, status.in_progress) == (1, 1, 2)
        await trio.sleep(10)
        status = await courier.status()
    assert (status.waiting, status.ambiguous, status.dead, status.delivered) == (0, 0, 0, 1)
    assert (status.pictures_waiting, status.in_progress, status.hint) == (1, 0, "")
