"""What the set-up page may free of a machine's disk, and what it never touches."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from rvm_edge.cli.own.upkeep import running_cleaner
from rvm_edge.daemon import Daemon
from rvm_edge.display.set_up_premises import SetUpPremises
from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.health.cleaning.plan import Usage
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.evidence import files
from rvm_edge.locations import Locations
from rvm_edge.machine import Machine
from rvm_edge.offload import inline
from rvm_edge.provisioning.wizard.premises import NotCleanedError
from rvm_edge.settings import Settings
from tests.health.cleaning.disks import Disk, Place
from tests.ledger.scenes import close, drop, open_now

_Usage = namedtuple("_Usage", "total used free")


def premises(folder: Path, cleaner: Cleaner | None) -> SetUpPremises:
    here = Locations(config_dir=folder, data_dir=folder)
    return SetUpPremises(cast("Machine", None), Settings(), here, cleaner)  # it asks no part


@pytest.mark.parametrize(("used", "offered"), [(900, None), (901, 90.1), (1000, 100.0)])
async def test_it_is_offered_above_ninety_per_cent_and_not_at_it(
    tmp_path: Path, used: int, offered: float | None
) -> None:
    disk = Disk(used)
    at_page = premises(tmp_path, Cleaner(disk.usage, (), inline))
    assert await at_page.crowded_disk_pct() == (None if offered is None else pytest.approx(offered))


async def test_it_frees_no_more_than_a_running_machine_would(tmp_path: Path) -> None:
    disk = Disk(950)
    places = (Place(disk, "caches", 80), Place(disk, "pictures", 300, kept=40))
    told = await premises(tmp_path, Cleaner(disk.usage, places, inline)).clean()
    assert (told.before_pct, told.after_pct) == (95, 85)
    assert [(one.name, one.freed_bytes, one.kept_bytes) for one in told.removed] == [
        ("caches", 80, 0),
        ("pictures", 20, 40),
    ]
    assert disk.used == 850


async def test_a_disk_with_room_or_without_an_answer_is_left_alone(tmp_path: Path) -> None:
    def gone() -> Usage:
        raise OSError(5, "Input/output error")

    disk = Disk(900)
    place = Place(disk, "caches", 80)
    for cleaner in (
        None,
        Cleaner(disk.usage, (place,), inline),
        Cleaner(gone, (place,), inline),
    ):
        at_page = premises(tmp_path, cleaner)
        assert await at_page.crowded_disk_pct() is None
        with pytest.raises(NotCleanedError):
            await at_page.clean()
    assert place.asked == []


async def test_what_the_server_is_still_to_get_stays_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LOGS_DIRECTORY", "CACHE_DIRECTORY"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1000, 990, 10))  # whatever goes
    ledger: Ledger = open_now(tmp_path / "ledger.sqlite")
    try:
        delivered, *owed = await drop(ledger, 3)
        for uuid in (delivered, *owed):
            files.write_picture(evidence, uuid, b"x" * 10_000)
            await ledger.pictures.add(uuid, 10_000)
        await ledger.pictures.mark_uploaded(delivered)
        before = [one.record.client_uuid for one in await ledger.outbox.next_batch(10)]
        here = Locations(config_dir=tmp_path, data_dir=tmp_path)
        daemon = cast("Daemon", SimpleNamespace(ledger=ledger))
        told = await premises(tmp_path, running_cleaner(here, daemon)).clean()
        after = [one.record.client_uuid for one in await ledger.outbox.next_batch(10)]
    finally:
        close(ledger)
    assert before == after == [delivered, *owed]
    (pictures,) = (one for one in told.removed if one.name == "evidence pictures")
    assert (pictures.freed_bytes, pictures.kept_bytes) == (10_000, 20_000)
    left = {path.name for path in evidence.rglob("*") if path.is_file()}
    assert len(left) == len(owed)
    assert all(any(uuid in name for name in left) for uuid in owed)
