"""The evidence folder: what is kept, what survives a power cut, and what never raises."""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trio

from drivers.ports import Encoding, Frame
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.ledger import Ledger, check, open_ledger
from rvm_edge.ledger.evidence import EvidenceFolder, files
from rvm_edge.ledger.evidence.folder import best_of
from rvm_edge.machine import Evidence
from rvm_edge.offload import in_thread, inline
from rvm_edge.settings.cloud import EvidenceSettings
from tests.ledger.couriers import evidence_of
from tests.ledger.scenes import TestClock, bring_to, connection_of, drop, new_session

STRANGER = "00000000-0000-4000-8000-000000000000"


def frame(data: bytes = b"\xff\xd8 a picture", sequence: int = 1) -> Frame:
    return Frame(data, Encoding.JPEG, 640, 480, 0.0, sequence)


@pytest.fixture(autouse=True)
def sound(path: Path) -> object:
    yield
    if path.exists():
        assert check(path).violations == ()


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "evidence"


def rows(ledger: Ledger) -> list[tuple[object, ...]]:
    return (
        connection_of(ledger)
        .execute("SELECT client_uuid, accepted, bytes, why_removed FROM pictures ORDER BY number")
        .fetchall()
    )


async def test_a_picture_lies_in_the_folder_for_its_owner_alone(
    ledger: Ledger, folder: Path
) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, [frame()])
    kept = folder / f"{uuid}.jpg"
    assert kept.read_bytes() == frame().data
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert rows(ledger) == [(uuid, 1, len(frame().data), None)]
    assert [one.name for one in folder.iterdir()] == [f"{uuid}.jpg"]
    assert evidence.failures == 0


async def test_the_folder_is_what_the_chart_asks_for(ledger: Ledger) -> None:
    evidence: Evidence = await evidence_of(ledger)
    await evidence.keep(STRANGER, ())


async def test_a_picture_is_as_small_as_the_settings_ask(ledger: Ledger, folder: Path) -> None:
    evidence = await evidence_of(ledger, EvidenceSettings(picture_kb=20))
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, [frame(b"x" * 100_000)])
    assert (folder / f"{uuid}.jpg").stat().st_size == 20_000


async def test_the_first_picture_of_an_item_stays(ledger: Ledger, folder: Path) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, [frame(b"first")])
    await evidence.keep(uuid, [frame(b"second")])
    assert (folder / f"{uuid}.jpg").read_bytes() == b"first"
    assert evidence.failures == 0


@pytest.mark.parametrize(
    ("data", "trouble"),
    [(b"unreadable", "cannot be read"), (b"fine", "knows no item"), (b"fine", "undecided")],
    ids=["unreadable", "unknown", "undecided"],
)
async def test_what_cannot_be_kept_is_counted_and_never_raises(
    ledger: Ledger, folder: Path, data: bytes, trouble: str
) -> None:
    evidence = await evidence_of(ledger)
    uuid = STRANGER
    if trouble != "knows no item":
        await ledger.open_session(new_session())
        situation = "" if trouble == "undecided" else "refused returned"
        uuid = (await bring_to(ledger, situation)).client_uuid
    await evidence.keep(uuid, [frame(data)])
    assert evidence.failures == 1
    assert trouble in evidence.trouble
    assert list(folder.iterdir()) == []


async def test_a_disk_that_refuses_never_raises(
    ledger: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        await evidence.keep(uuid, [frame()])
    assert "No space left" in evidence.trouble
    assert list(folder.iterdir()) == []
    assert rows(ledger) == []
    await evidence.keep(uuid, [frame()])
    assert len(rows(ledger)) == 1


async def test_a_bug_in_an_encoder_costs_the_picture_and_not_the_item(ledger: Ledger) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)

    async def buggy(_frame: Frame, _most: int) -> bytes:
        raise ZeroDivisionError

    evidence._as_jpeg = buggy
    await evidence.keep(uuid, [frame()])
    assert evidence.trouble == "ZeroDivisionError"


async def test_a_state_that_is_left_while_it_keeps_a_picture_keeps_it_whole(
    path: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = trio.CancelScope()
    write = files.write_picture

    def write_while_left(folder: Path, client_uuid: str, jpeg: bytes) -> None:
        trio.from_thread.run_sync(state.cancel)
        write(folder, client_uuid, jpeg)

    monkeypatch.setattr(files, "write_picture", write_while_left)
    async with open_ledger(path, in_thread(), clock) as ledger:
        evidence = await evidence_of(ledger)
        evidence._offload = in_thread()
        (uuid,) = await drop(ledger, 1)
        with state:
            await evidence.keep(uuid, [frame()])
            await trio.lowlevel.checkpoint()
        assert state.cancelled_caught
        assert rows(ledger) == [(uuid, 1, len(frame().data), None)]


BOTTLE = Detection("pet_bottle", 0.4, (0.0, 0.0, 1.0, 1.0))
SURE = Detection("pet_bottle", 0.9, (0.0, 0.0, 1.0, 1.0))
OTHER = Detection("hand", 0.99, (0.0, 0.0, 1.0, 1.0))


@pytest.mark.parametrize(
    ("detections", "best"),
    [
        ((), 0),
        (((BOTTLE,), (SURE,), (OTHER,)), 1),
        (((), (OTHER,), (BOTTLE,)), 2),
        (((SURE,), (SURE,)), 0),
        (((), (), (), (SURE,)), 0),
    ],
)
def test_the_best_picture_is_the_one_in_which_the_eyes_were_surest(
    detections: tuple[tuple[Detection, ...], ...], best: int
) -> None:
    frames = [frame(sequence=number) for number in range(3)]
    verdict = Verdict(
        accepted=True, reason=Reason.EMPTY_PET, label="pet_bottle", detections=detections
    )
    assert best_of(frames, verdict).sequence == best


class TestOpening:
    async def test_what_a_power_cut_left_half_written_goes(
        self, ledger: Ledger, folder: Path
    ) -> None:
        folder.mkdir()
        (folder / f"{STRANGER}.jpg.part").write_bytes(b"half")
        await evidence_of(ledger)
        assert list(folder.iterdir()) == []

    async def test_a_file_that_lacks_only_its_row_gets_it(
        self, ledger: Ledger, folder: Path
    ) -> None:
        (uuid,) = await drop(ledger, 1)
        folder.mkdir()
        (folder / f"{uuid}.jpg").write_bytes(b"whole")
        await evidence_of(ledger)
        assert rows(ledger) == [(uuid, 1, 5, None)]
        assert (folder / f"{uuid}.jpg").exists()

    async def test_an_empty_file_is_no_picture(self, ledger: Ledger, folder: Path) -> None:
        (uuid,) = await drop(ledger, 1)
        folder.mkdir()
        (folder / f"{uuid}.jpg").write_bytes(b"")
        await evidence_of(ledger)
        assert rows(ledger) == []
        assert list(folder.iterdir()) == []

    async def test_a_file_of_an_unknown_item_goes(self, ledger: Ledger, folder: Path) -> None:
        folder.mkdir()
        (folder / f"{STRANGER}.jpg").write_bytes(b"whose")
        (folder / "notes.txt").write_text("a technician's")
        await evidence_of(ledger)
        assert [one.name for one in folder.iterdir()] == ["notes.txt"]

    async def test_a_file_that_a_ledger_set_aside_may_know_stays(
        self, path: Path, folder: Path, clock: TestClock
    ) -> None:
        async with open_ledger(path, inline, clock) as ledger:
            (uuid,) = await drop(ledger, 1)
            await (await evidence_of(ledger)).keep(uuid, [frame()])
        path.write_bytes(b"broken" * 1000)
        async with open_ledger(path, inline, clock) as ledger:
            await evidence_of(ledger)
            assert rows(ledger) == []
            assert (folder / f"{uuid}.jpg").read_bytes() == frame().data

    async def test_a_file_whose_removal_was_cut_off_goes(
        self, ledger: Ledger, folder: Path
    ) -> None:
        evidence = await evidence_of(ledger)
        (uuid,) = await drop(ledger, 1)
        await evidence.keep(uuid, [frame()])
        await ledger.pictures.mark_uploaded(uuid)
        assert await ledger.pictures.take_out_due(1.0, 1.0) == (uuid,)
        assert (folder / f"{uuid}.jpg").exists()
        await evidence_of(ledger)
        assert not (folder / f"{uuid}.jpg").exists()

    async def test_a_picture_that_is_gone_is_recorded_as_lost(
        self, ledger: Ledger, folder: Path
    ) -> None:
        evidence = await evidence_of(ledger)
        (uuid,) = await drop(ledger, 1)
        await evidence.keep(uuid, [frame()])
        (folder / f"{uuid}.jpg").unlink()
        await evidence_of(ledger)
        assert rows(ledger) == [(uuid, 1, len(frame().data), "lost")]


class TestBounds:
    async def fill(self, ledger: Ledger, evidence: EvidenceFolder, *situations: str) -> list[str]:
        await ledger.open_session(new_session())
        uuids = []
        for situation in situations:
            uuids.append((await bring_to(ledger, situation)).client_uuid)
            await evidence.keep(uuids[-1], [frame(b"x" * 1_000)])
        return uuids

    async def test_the_oldest_rejected_one_goes_first_and_then_what_the_server_has(
        self, ledger: Ledger, folder: Path
    ) -> None:
        evidence = await evidence_of(ledger, EvidenceSettings(most_mb=0.004))
        given_up, old, new, kept = await self.fill(
            ledger, evidence, "accepted dropped", *["refused returned"] * 2, "accepted dropped"
        )
        await ledger.pictures.give_up(given_up, "refused")
        here = {given_up, old, new, kept}
        for gone in (old, new, given_up):
            item = await bring_to(ledger, "accepted dropped")
            await evidence.keep(item.client_uuid, [frame(b"x" * 1_000)])
            here = here - {gone} | {item.client_uuid}
            assert {one.stem for one in folder.iterdir()} == here
        whys = [why for *_, why in rows(ledger)]
        assert whys == ["no_room", "no_room", "no_room", None, None, None, None]

    async def test_an_accepted_one_that_the_server_lacks_is_never_removed_for_room(
        self, ledger: Ledger, folder: Path
    ) -> None:
        evidence = await evidence_of(ledger, EvidenceSettings(most_mb=0.002))
        uuids = await self.fill(ledger, evidence, *["accepted dropped"] * 3)
        assert {one.stem for one in folder.iterdir()} == set(uuids[:2])
        assert evidence.failures == 1
        assert "the evidence folder is full" in evidence.trouble

    async def test_what_the_server_has_of_a_settled_item_goes_and_of_an_unsettled_one_stays(
        self, ledger: Ledger, folder: Path
    ) -> None:
        evidence = await evidence_of(ledger)
        settled, unsettled = await self.fill(ledger, evidence, "accepted dropped", "accepted")
        for uuid in (settled, unsettled):
            await ledger.pictures.mark_uploaded(uuid)
        await evidence.tidy()
        assert {one.stem for one in folder.iterdir()} == {unsettled}

    async def test_a_rejected_one_stays_for_its_hours_once_the_server_has_it(
        self, ledger: Ledger, folder: Path, clock: TestClock
    ) -> None:
        evidence = await evidence_of(ledger, EvidenceSettings(rejected_hours=24.0))
        (uuid,) = await self.fill(ledger, evidence, "refused returned")
        clock.mono += 48 * 3600
        await ledger.pictures.mark_uploaded(uuid)
        clock.mono += 23 * 3600
        await evidence.tidy()
        assert (folder / f"{uuid}.jpg").exists()
        clock.mono += 2 * 3600
        await evidence.tidy()
        assert not (folder / f"{uuid}.jpg").exists()
        assert [why for *_, why in rows(ledger)] == ["delivered"]

    async def test_age_removes_what_may_go_and_nothing_else(
        self, ledger: Ledger, folder: Path, clock: TestClock
    ) -> None:
        evidence = await evidence_of(ledger, EvidenceSettings(most_days=2.0))
        rejected, accepted, given_up = await self.fill(
            ledger, evidence, "refused returned", *["accepted dropped"] * 2
        )
        await ledger.pictures.give_up(given_up, "refused")
        clock.mono += 3 * 86_400
        await evidence.tidy()
        assert {one.stem for one in folder.iterdir()} == {accepted}
        assert [why for *_, why in rows(ledger)] == ["expired", None, "expired"]
        assert rejected

    @pytest.mark.parametrize("years", [-30, 30])
    async def test_a_wall_clock_that_jumps_removes_nothing(
        self, path: Path, folder: Path, clock: TestClock, years: int
    ) -> None:
        async with open_ledger(path, inline, clock) as ledger:
            uuids = await self.fill(ledger, await evidence_of(ledger), *["refused returned"] * 3)
        clock.now = clock.now.replace(year=clock.now.year + years)
        clock.mono = 0.0
        async with open_ledger(path, inline, clock) as ledger:
            evidence = await evidence_of(ledger)
            await evidence.tidy()
            assert {one.stem for one in folder.iterdir()} == set(uuids)

    async def test_across_openings_age_is_told_by_the_servers_clock(
        self, path: Path, folder: Path, clock: TestClock
    ) -> None:
        async with open_ledger(path, inline, clock) as ledger:
            uuids = await self.fill(ledger, await evidence_of(ledger), "refused returned")
            await ledger.outbox.anchor(clock.mono, 1_900_000_000.0)
        clock.mono = 0.0
        for days, left in ((29, 1), (31, 0)):
            async with open_ledger(path, inline, clock) as ledger:
                evidence = await evidence_of(ledger)
                await ledger.outbox.anchor(clock.mono, 1_900_000_000.0 + days * 86_400)
                await evidence.tidy()
                assert len(list(folder.iterdir())) == left
        assert uuids
