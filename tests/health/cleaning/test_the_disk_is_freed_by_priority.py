"""The least missed goes first, and only until there is room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.health.cleaning.expendable import Holding, LeftAloneError
from rvm_edge.health.cleaning.old_files import OldFiles
from rvm_edge.health.cleaning.plan import Usage, excess_bytes, plan
from rvm_edge.health.cleaning.watch import keep_clear
from rvm_edge.offload import inline
from rvm_edge.settings import DiskSettings
from tests.health.cleaning.disks import Disk, Place

sizes = st.integers(0, 10**12)


@given(used=sizes, free=sizes, below=st.floats(0, 100))
def test_what_must_go_is_enough_and_no_more(used: int, free: int, below: float) -> None:
    excess = excess_bytes(Usage(used, free), below)
    assert 0 <= excess <= used
    may_be_used = (used + free) * below / 100
    assert used - excess <= may_be_used or excess == used
    assert excess == 0 or used - (excess - 1) > may_be_used


@given(spare=st.lists(sizes, max_size=6), wanted=sizes)
def test_a_place_gives_only_what_the_earlier_ones_could_not(spare: list[int], wanted: int) -> None:
    portions = plan([(str(n), Holding(size)) for n, size in enumerate(spare)], wanted)
    assert sum(one.bytes for one in portions) == min(wanted, sum(spare))
    for number, one in enumerate(portions):
        assert one.bytes == 0 or all(
            earlier.bytes == earlier.holding.free_bytes for earlier in portions[:number]
        )


async def test_a_later_place_is_not_asked_once_there_is_room() -> None:
    disk = Disk(used=950)
    caches, logs, pictures = (Place(disk, name, 80) for name in ("caches", "logs", "pictures"))
    report = await Cleaner(disk.usage, (caches, logs, pictures), inline).clean(85)
    assert [place.asked for place in (caches, logs, pictures)] == [[100], [20], []]
    assert [line.freed_bytes for line in report.lines] == [80, 20, 0]
    assert (report.before_pct, report.after_pct, report.is_clear) == (95, 85, True)


async def test_a_rehearsal_says_what_would_go_and_touches_nothing() -> None:
    disk = Disk(used=950)
    places = (Place(disk, "caches", 80), Place(disk, "pictures", 80, kept=500))
    cleaner = Cleaner(disk.usage, places, inline)
    told = await cleaner.rehearse(85)
    assert [place.asked for place in places] == [[], []]
    assert disk.used == 950
    assert [line.freed_bytes for line in told.lines] == [80, 20]
    assert [line.why_kept for line in told.lines] == ["", "still owed"]
    done = await cleaner.clean(85)
    assert [line.freed_bytes for line in done.lines] == [line.freed_bytes for line in told.lines]
    assert (told.done, done.done) == (False, True)
    assert told.after_pct == done.after_pct


@pytest.mark.parametrize(
    "trouble", [OSError(30, "Read-only file system"), LeftAloneError("the machine runs")]
)
async def test_a_place_that_fails_holds_no_other_up(trouble: OSError | LeftAloneError) -> None:
    disk = Disk(used=950)
    broken, sound = Place(disk, "broken", 500, trouble=trouble), Place(disk, "sound", 500)
    report = await Cleaner(disk.usage, (broken, sound), inline).clean(85)
    assert report.is_clear
    assert report.lines[0].freed_bytes == 0
    assert report.lines[0].why_kept in (
        "left alone: Read-only file system",
        "left alone: the machine runs",
    )


async def test_what_frees_nothing_on_the_disk_is_not_counted_on() -> None:
    disk = Disk(used=950)
    held_open, sound = Place(disk, "held", 500, frees_nothing=True), Place(disk, "sound", 500)
    await Cleaner(disk.usage, (held_open, sound), inline).clean(85)
    assert sound.asked == [100]


async def test_a_disk_that_cannot_be_freed_is_said_to_be_full() -> None:
    disk = Disk(used=950)
    report = await Cleaner(disk.usage, (Place(disk, "pictures", 10, kept=900),), inline).clean(85)
    assert not report.is_clear
    assert report.after_pct == 94


async def test_files_go_the_oldest_first_and_only_those_that_may(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    (logs / "below").mkdir(parents=True)
    names = ("log.1", "below/log.3", "log.2", "log")
    for age, name in enumerate(names):
        (logs / name).write_bytes(b"x" * 100)
        os.utime(logs / name, (1000 - age, 1000 - age))
    (tmp_path / "precious").write_bytes(b"x")
    (logs / "log.9").symlink_to(tmp_path / "precious")
    place = OldFiles("logs", logs, lambda path: path.name != "log", inline, why_kept="written")
    assert await place.holding() == Holding(300, 100, "written")
    assert await place.free(101) == 200
    assert sorted(path.name for path in logs.iterdir()) == ["below", "log", "log.1", "log.9"]
    assert await place.free(10**9) == 100
    assert (logs / "log").exists()
    assert (tmp_path / "precious").exists()


async def test_a_file_that_cannot_go_keeps_no_other_and_what_went_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, name in enumerate(("new", "stuck", "old")):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    unlink = Path.unlink

    def refuse_one(path: Path, *, missing_ok: bool) -> None:
        if path.name == "stuck":
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse_one)
    place = OldFiles("logs", tmp_path, lambda _: True, inline)
    assert await place.free(10**9) == 200
    assert await place.holding() == Holding(100)
    with pytest.raises(PermissionError):
        await place.free(1)


async def test_a_place_that_is_nowhere_holds_nothing(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "gone"):
        place = OldFiles("caches", folder, lambda _: True, inline)
        assert await place.holding() == Holding()
        assert await place.free(1) == 0


async def test_a_running_machine_frees_the_disk_when_it_passes_the_mark(
    autojump_clock: trio.testing.MockClock,
) -> None:
    disk = Disk(used=899)
    place = Place(disk, "caches", 1000)
    cleaner = Cleaner(disk.usage, (place,), inline)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_clear, cleaner, DiskSettings())
        await trio.sleep(61)
        assert place.asked == []
        disk.used = 900
        await trio.sleep(60)
        assert place.asked == [50]
        assert disk.used == 850
        nursery.cancel_scope.cancel()


async def test_a_disk_that_stays_full_is_told_of_once(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk(used=990)
    with trio.move_on_after(600):
        await keep_clear(Cleaner(disk.usage, (), inline), DiskSettings())
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1


async def test_a_disk_that_cannot_be_measured_ends_nothing(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    def gone() -> Usage:
        raise OSError(5, "Input/output error")

    with trio.move_on_after(61):
        await keep_clear(Cleaner(gone, (), inline), DiskSettings())
    assert "Input/output error" in caplog.text


def test_marks_that_would_free_it_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="clear_to_pct"):
        DiskSettings(full_pct=80, clear_to_pct=80)
