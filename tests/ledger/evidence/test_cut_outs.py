"""What the second judge cut out lies beside the item's picture, and never lies there alone."""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers.ports import Encoding, Frame
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.evidence import EvidenceFolder, files
from rvm_edge.ledger.evidence.spare import release
from rvm_edge.offload import inline
from rvm_edge.settings.cloud import EvidenceSettings
from tests.ledger.couriers import evidence_of
from tests.ledger.scenes import bring_to, connection_of, drop, new_session

PICTURE = b"\xff\xd8 a picture"
CUT = b"\xff\xd8 the item alone"
BOTH = len(PICTURE) + len(CUT)


def cut_out(_frames: Sequence[Frame]) -> bytes:
    return CUT


async def cutting(ledger: Ledger, settings: EvidenceSettings | None = None) -> EvidenceFolder:
    return await evidence_of(ledger, settings, cut_out=cut_out)


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "evidence"


@pytest.fixture
def frames() -> list[Frame]:
    return [Frame(PICTURE, Encoding.JPEG, 640, 480, 0.0, 1)]


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def pair(uuid: str) -> set[str]:
    return {f"{uuid}.jpg", f"{uuid}.cut.jpg"}


def sizes(ledger: Ledger) -> list[int]:
    rows = connection_of(ledger).execute("SELECT bytes FROM pictures ORDER BY number")
    return [size for (size,) in rows]


async def test_it_lies_beside_the_picture_and_counts_in_its_row(
    ledger: Ledger, folder: Path, frames: list[Frame]
) -> None:
    asked: list[Sequence[Frame]] = []

    def cut_out(of: Sequence[Frame]) -> bytes:
        asked.append(of)
        return CUT

    evidence = await evidence_of(ledger, cut_out=cut_out)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, frames)
    assert names(folder) == pair(uuid)
    assert files.read_cut_out(folder, uuid) == CUT
    assert stat.S_IMODE(files.cut_out_path_of(folder, uuid).stat().st_mode) == 0o600
    assert (asked, sizes(ledger)) == ([frames], [BOTH])


async def test_the_server_gets_the_picture_alone(ledger: Ledger, frames: list[Frame]) -> None:
    evidence = await cutting(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, frames)
    assert await evidence.read(uuid) == PICTURE


async def test_a_disk_that_refuses_it_costs_no_picture(
    ledger: Ledger, folder: Path, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    evidence = await cutting(ledger)
    (uuid,) = await drop(ledger, 1)
    monkeypatch.setattr(files, "write_cut_out", refuse)
    await evidence.keep(uuid, frames)
    assert (names(folder), evidence.failures) == ({f"{uuid}.jpg"}, 0)
    assert sizes(ledger) == [len(PICTURE)]


async def test_it_goes_where_its_picture_cannot_be_written(
    ledger: Ledger, folder: Path, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    evidence = await cutting(ledger)
    (uuid,) = await drop(ledger, 1)
    monkeypatch.setattr(files, "write_picture", refuse)
    await evidence.keep(uuid, frames)
    assert (names(folder), evidence.failures, sizes(ledger)) == (set(), 1, [])


async def test_a_picture_made_smaller_keeps_it_and_its_bytes(
    ledger: Ledger, folder: Path, frames: list[Frame]
) -> None:
    evidence = await cutting(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, frames)
    waiting = await ledger.pictures.next_to_upload(accepted=True)
    assert waiting is not None
    assert waiting.size == BOTH
    await evidence.reduce(waiting, PICTURE)
    assert names(folder) == pair(uuid)
    assert sizes(ledger) == [len(PICTURE) // 2 + len(CUT)]


class TestTheyGoTogether:
    async def test_once_the_server_has_the_picture(
        self, ledger: Ledger, folder: Path, frames: list[Frame]
    ) -> None:
        evidence = await cutting(ledger)
        (uuid,) = await drop(ledger, 1)
        await evidence.keep(uuid, frames)
        await ledger.pictures.mark_uploaded(uuid)
        await evidence.tidy()
        assert names(folder) == set()

    async def test_when_the_cap_is_reached_with_both(
        self, ledger: Ledger, folder: Path, frames: list[Frame]
    ) -> None:
        evidence = await cutting(ledger, EvidenceSettings(most_mb=(2 * BOTH + 1) / 1e6))
        await ledger.open_session(new_session())
        uuids = []
        for _ in range(3):
            uuids.append((await bring_to(ledger, "refused returned")).client_uuid)
            await evidence.keep(uuids[-1], frames)
        assert names(folder) == pair(uuids[1]) | pair(uuids[2])

    async def test_when_the_disk_is_cleaned(
        self, ledger: Ledger, folder: Path, frames: list[Frame]
    ) -> None:
        evidence = await cutting(ledger)
        await ledger.open_session(new_session())
        uuid = (await bring_to(ledger, "refused returned")).client_uuid
        await evidence.keep(uuid, frames)
        assert (await ledger.pictures.weigh()).spare == BOTH
        assert await release(folder, ledger.pictures, 1, inline) == BOTH
        assert names(folder) == set()

    async def test_when_the_picture_was_lost(
        self, ledger: Ledger, folder: Path, frames: list[Frame]
    ) -> None:
        evidence = await cutting(ledger)
        (uuid,) = await drop(ledger, 1)
        await evidence.keep(uuid, frames)
        files.path_of(folder, uuid).unlink()
        assert await evidence.read(uuid) is None
        assert names(folder) == set()


class TestOpening:
    async def test_one_without_its_picture_goes(self, ledger: Ledger, folder: Path) -> None:
        (uuid,) = await drop(ledger, 1)
        folder.mkdir()
        files.write_cut_out(folder, uuid, CUT)
        await evidence_of(ledger)
        assert (names(folder), sizes(ledger)) == (set(), [])

    async def test_a_pair_that_lacks_only_its_row_gets_it_with_both_sizes(
        self, ledger: Ledger, folder: Path
    ) -> None:
        (uuid,) = await drop(ledger, 1)
        folder.mkdir()
        files.write_cut_out(folder, uuid, CUT)
        files.write_picture(folder, uuid, PICTURE)
        await evidence_of(ledger)
        assert (names(folder), sizes(ledger)) == (pair(uuid), [BOTH])

    async def test_an_empty_picture_takes_it_along(self, ledger: Ledger, folder: Path) -> None:
        (uuid,) = await drop(ledger, 1)
        folder.mkdir()
        files.write_cut_out(folder, uuid, CUT)
        files.write_picture(folder, uuid, b"")
        await evidence_of(ledger)
        assert (names(folder), sizes(ledger)) == (set(), [])

    async def test_a_removal_that_was_cut_off_is_finished(
        self, ledger: Ledger, folder: Path, frames: list[Frame]
    ) -> None:
        evidence = await cutting(ledger)
        (uuid,) = await drop(ledger, 1)
        await evidence.keep(uuid, frames)
        await ledger.pictures.mark_uploaded(uuid)
        assert await ledger.pictures.take_out_due(1.0, 1.0) == (uuid,)
        await evidence_of(ledger)
        assert names(folder) == set()
