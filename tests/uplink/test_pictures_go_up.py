"""The items' pictures: accepted ones at once, rejected ones by night, none before its time gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.settings import CloudSettings, EvidenceSettings
from rvm_edge.simulator.cloud import Misbehaviour, Mishap, Reach, Receipt
from rvm_edge.simulator.virtual_clock import NEW_YEAR
from states import paths
from tests.rig import Booted
from tests.served_rig import (
    PET,
    SODA,
    ServedRig,
    online_and_idle,
    until,
    until_pictures_are_up,
)

DEPOSIT = "*/edge/deposit"
HOUR_S = 3_600.0


def kept(rig: ServedRig) -> list[str]:
    """Return whose pictures lie on this machine's disk."""
    return sorted(path.stem for path in rig.locations.evidence_dir.glob("*.jpg"))


def night_in(hours: float) -> CloudSettings:
    """Return settings whose quiet hours begin in so many hours, by local time, and last for two."""
    begins = NEW_YEAR.astimezone() + timedelta(hours=hours)
    ends: datetime = begins + timedelta(hours=2)
    return CloudSettings(
        evidence=EvidenceSettings(quiet_from=f"{begins:%H:%M}", quiet_until=f"{ends:%H:%M}")
    )


@pytest.fixture
def nightly(tmp_path: Path) -> ServedRig:
    """A machine whose quiet hours begin in an hour, and for itself in an hour and a half."""
    return ServedRig(tmp_path, cloud_settings=night_in(1.0))


async def test_an_accepted_items_picture_is_up_while_its_person_still_stands_there(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start()
        await booted.deposit(PET)
        (item,) = await booted.items()
        await until(lambda: bool(either.server.books.receipts), within_s=5)
        assert booted.is_in(paths.WAITING)
        (receipt,) = either.server.books.receipts
    assert (receipt.client_uuid, receipt.status) == (item.client_uuid, "ACCEPTED")
    assert receipt.session_id == item.session_id
    assert receipt.image_bytes == PET.picture.stat().st_size


async def test_a_local_copy_goes_only_when_the_server_has_answered_and_the_item_has_settled(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        rig.server.misbehave(Misbehaviour(Mishap.LATE, DEPOSIT, times=None, seconds=20.0))
        await booted.start()
        await booted.deposit(PET)
        (item,) = await booted.items()
        await until(lambda: bool(rig.server.books.receipts), within_s=5)
        await trio.sleep(10)
        assert kept(rig) == [item.client_uuid]
        await until_pictures_are_up(rig)
        await until(lambda: not kept(rig), within_s=HOUR_S + 60)
    assert rig.check().violations == ()


async def test_a_picture_that_is_up_stays_here_until_its_item_has_settled(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await booted.start()
        await booted.insert(PET)
        await booted.until(paths.ACCEPT)
        await until(lambda: bool(rig.server.books.receipts), within_s=1)
        assert booted.is_in(paths.ACCEPT)
        (item,) = await booted.items()
        assert item.outcome is None
        assert kept(rig) == [item.client_uuid]
        await booted.until(paths.WAITING)
        await until(lambda: not kept(rig), within_s=HOUR_S + 60)


@pytest.mark.parametrize("mishap", [Mishap.REPLY_LOST, Mishap.REQUEST_CUT, Mishap.HTML])
async def test_no_picture_goes_without_an_answer_to_believe(
    autojump_clock: MockClock, either: ServedRig, mishap: Mishap
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.server.misbehave(Misbehaviour(mishap, DEPOSIT, times=4))
        await booted.start()
        await booted.deposit(PET)
        await booted.finish()
        (item,) = await booted.items()
        assert kept(either) == [item.client_uuid]
        await until_pictures_are_up(either)
    assert {one.client_uuid for one in either.server.books.receipts} == {item.client_uuid}


async def test_pictures_of_an_outage_go_up_afterwards(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.server.reach = Reach.REFUSED
    async with either.boot() as booted:
        await booted.start()
        for _ in range(5):
            await booted.deposit(PET)
        await booted.finish()
        items = await booted.items()
        either.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await until_pictures_are_up(either)
    receipts = either.server.books.receipts
    assert [one.client_uuid for one in receipts] == [item.client_uuid for item in items]


async def refused(booted: Booted, cans: int) -> None:
    """Give so many cans back to one person."""
    await online_and_idle(booted)
    await booted.start()
    for _ in range(cans):
        await booted.deposit(SODA)
    booted.rig.world.collect()
    await booted.finish()


async def test_rejected_items_pictures_wait_for_the_night_and_stay_for_a_technician(
    autojump_clock: MockClock, nightly: ServedRig
) -> None:
    async with nightly.boot() as booted:
        await refused(booted, 3)
        items = await booted.items()
        await trio.sleep(1.4 * HOUR_S)
        assert nightly.server.books.receipts == []
        await until_pictures_are_up(nightly, within_s=0.2 * HOUR_S)
        receipts: list[Receipt] = nightly.server.books.receipts
        assert [one.client_uuid for one in receipts] == [item.client_uuid for item in items]
        assert {one.status for one in receipts} == {"REJECTED"}
        assert kept(nightly) == sorted(item.client_uuid for item in items)


async def test_the_nights_uploads_stop_when_somebody_comes_and_go_on_afterwards(
    autojump_clock: MockClock, nightly: ServedRig
) -> None:
    receipts = nightly.server.books.receipts
    nightly.server.misbehave(Misbehaviour(Mishap.LATE, DEPOSIT, times=None, seconds=4.0))
    async with nightly.boot() as booted:
        await refused(booted, 6)
        await until(lambda: len(receipts) == 2, within_s=2 * HOUR_S, every_s=1.0)
        await booted.start()
        await trio.sleep(50)
        assert booted.is_in(paths.WAITING)
        assert len(receipts) <= 3  # one was under way
        await booted.finish()
        await until_pictures_are_up(nightly, within_s=60)
    assert len(receipts) == 6


async def test_the_night_is_over_at_its_end(autojump_clock: MockClock, nightly: ServedRig) -> None:
    nightly.server.reach = Reach.REFUSED
    nightly.policy = msgspec.structs.replace(nightly.policy, idle_poll_s=5.0)
    async with nightly.boot() as booted:
        await booted.start()
        await booted.deposit(SODA)
        nightly.world.collect()
        await booted.finish()
        await trio.sleep(3.2 * HOUR_S)
        nightly.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await trio.sleep(HOUR_S)
        assert nightly.server.books.receipts == []
