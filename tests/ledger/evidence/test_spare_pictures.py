"""Room for other things is made of pictures that nobody waits for, and of no others."""

from __future__ import annotations

import tempfile
from pathlib import Path

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.ledger import Ledger, check, open_ledger
from rvm_edge.ledger.evidence import files
from rvm_edge.ledger.evidence.spare import release, release_unrecorded
from rvm_edge.offload import inline
from tests.ledger.couriers import evidence_of
from tests.ledger.scenes import TestClock, bring_to, connection_of, new_session

UNDELIVERED = "SELECT client_uuid, state, attempts FROM outbox ORDER BY number"
ITEMS = "SELECT client_uuid, state, accepted, outcome FROM items ORDER BY number"

kinds = st.sampled_from(["owed", "uploaded", "given_up", "rejected", "rejected_uploaded"])
pictures = st.lists(st.tuples(kinds, st.integers(1, 3000)), max_size=8)


async def hang(ledger: Ledger, folder: Path, kind: str, size: int) -> str:
    steps = "refused returned" if kind.startswith("rejected") else "accepted dropped"
    uuid = (await bring_to(ledger, steps)).client_uuid
    files.write_picture(folder, uuid, b"x" * size)
    await ledger.pictures.add(uuid, size)
    if kind.endswith("uploaded"):
        await ledger.pictures.mark_uploaded(uuid)
    if kind == "given_up":
        await ledger.pictures.give_up(uuid, "the server does not want it")
    return uuid


@settings(max_examples=40, deadline=None)
@given(pictures=pictures, wanted=st.integers(0, 20_000))
def test_no_undelivered_row_and_no_picture_still_owed_is_ever_touched(
    pictures: list[tuple[str, int]], wanted: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        trio.run(_hold, Path(name), pictures, wanted)


async def _hold(place: Path, pictures: list[tuple[str, int]], wanted: int) -> None:
    folder = place / "evidence"
    folder.mkdir()
    async with open_ledger(place / "ledger.sqlite", inline, TestClock()) as ledger:
        await ledger.open_session(new_session())
        hung = [(await hang(ledger, folder, kind, size), kind, size) for kind, size in pictures]
        before = [connection_of(ledger).execute(query).fetchall() for query in (UNDELIVERED, ITEMS)]
        weighed = await ledger.pictures.weigh()
        owed = {uuid: size for uuid, kind, size in hung if kind == "owed"}
        spare = {uuid: size for uuid, kind, size in hung if kind != "owed"}
        assert (weighed.spare, weighed.owed) == (sum(spare.values()), sum(owed.values()))

        freed = await release(folder, ledger.pictures, wanted, inline)

        left = {path.stem for path in folder.iterdir()}
        assert set(owed) <= left
        assert await ledger.pictures.here() == left
        assert freed == sum(size for uuid, size in spare.items() if uuid not in left)
        assert freed >= min(wanted, sum(spare.values()))
        after = [connection_of(ledger).execute(query).fetchall() for query in (UNDELIVERED, ITEMS)]
        assert after == before
    assert check(place / "ledger.sqlite").violations == ()


@settings(max_examples=25, deadline=None)
@given(pictures=pictures, wanted=st.integers(0, 20_000))
def test_nor_where_the_disk_is_too_full_to_write_what_goes(
    pictures: list[tuple[str, int]], wanted: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        trio.run(_hold_unrecorded, Path(name), pictures, wanted)


async def _hold_unrecorded(place: Path, pictures: list[tuple[str, int]], wanted: int) -> None:
    folder, path = place / "evidence", place / "ledger.sqlite"
    folder.mkdir()
    async with open_ledger(path, inline, TestClock()) as ledger:
        await ledger.open_session(new_session())
        hung = [(await hang(ledger, folder, kind, size), kind, size) for kind, size in pictures]
        before = [connection_of(ledger).execute(query).fetchall() for query in (UNDELIVERED, ITEMS)]
        spare = {uuid: size for uuid, kind, size in hung if kind != "owed"}

    freed = release_unrecorded(path, folder, wanted)

    left = {one.stem for one in folder.iterdir()}
    assert {uuid for uuid, kind, _ in hung if kind == "owed"} <= left
    assert freed == sum(size for uuid, size in spare.items() if uuid not in left)
    assert freed >= min(wanted, sum(spare.values()))
    async with open_ledger(path, inline, TestClock()) as ledger:
        await evidence_of(ledger, folder=folder)
        assert await ledger.pictures.here() <= left
        after = [connection_of(ledger).execute(query).fetchall() for query in (UNDELIVERED, ITEMS)]
        assert after == before
    assert check(path).violations == ()


async def test_what_the_server_has_goes_before_what_it_has_not(ledger: Ledger, path: Path) -> None:
    folder = path.parent / "evidence"
    folder.mkdir()
    await ledger.open_session(new_session())
    rejected = await hang(ledger, folder, "rejected", 100)
    uploaded = await hang(ledger, folder, "uploaded", 100)
    assert await release(folder, ledger.pictures, 1, inline) == 100
    assert [one.stem for one in folder.iterdir()] == [rejected]
    assert uploaded not in await ledger.pictures.here()


async def test_a_power_cut_between_row_and_file_leaves_no_file_for_long(
    ledger: Ledger, path: Path
) -> None:
    folder = path.parent / "evidence"
    folder.mkdir()
    await ledger.open_session(new_session())
    uuid = await hang(ledger, folder, "uploaded", 100)
    await ledger.pictures.take_out_spare(1)
    assert files.path_of(folder, uuid).exists()
    await evidence_of(ledger, folder=folder)
    assert not files.path_of(folder, uuid).exists()
