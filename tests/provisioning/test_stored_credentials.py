"""The credentials in the data folder: found when they come, refused when they leak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.machine import KeptError
from rvm_edge.offload import in_thread, inline
from rvm_edge.provisioning.credentials import CredentialsError
from rvm_edge.provisioning.store import Store
from rvm_edge.provisioning.stored_credentials import FILE_NAME, LOOK_EVERY_S, StoredCredentials

GOOD = json.dumps(
    {"serial_number": "RVM-1", "api_key": "k" * 64, "server_url": "https://rvm.example.org"}
)


def put(folder: Path, text: str = GOOD, mode: int = 0o600) -> Path:
    path = folder / FILE_NAME
    path.write_text(text)
    path.chmod(mode)
    return path


async def test_credentials_that_are_there_are_present(tmp_path: Path) -> None:
    stored = StoredCredentials(tmp_path, in_thread())
    assert not await stored.present()
    put(tmp_path)
    assert await stored.present()
    assert stored.read().identity.hardware_id == "RVM-1"
    await stored.wait()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
async def test_a_key_that_others_can_read_is_no_key_and_the_cure_is_named(
    tmp_path: Path, mode: int
) -> None:
    path = put(tmp_path, mode=mode)
    stored = StoredCredentials(tmp_path, inline)
    with pytest.raises(CredentialsError, match=f"run chmod 600 {path}"):
        stored.read()
    assert not await stored.present()


async def test_a_file_without_a_server_is_completed_by_whoever_knows_it(tmp_path: Path) -> None:
    put(tmp_path, json.dumps({"serial_number": "RVM-1", "api_key": "k" * 64}))
    assert not await StoredCredentials(tmp_path, inline).present()
    stored = StoredCredentials(tmp_path, inline, "https://rvm.example.org")
    assert stored.read().identity.server_url == "https://rvm.example.org"


async def test_waiting_ends_when_good_credentials_come(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    stored = StoredCredentials(tmp_path, inline)
    came_s: list[float] = []

    async def wait() -> None:
        await stored.wait()
        came_s.append(trio.current_time())

    began_s = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.sleep(100)
        put(tmp_path, "{")
        await trio.sleep(100)
        assert came_s == []
        put(tmp_path)
    assert came_s[0] - began_s <= 200 + LOOK_EVERY_S


async def test_the_site_counts_before_anybody_hears_that_credentials_came(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    seen: list[str] = []
    stored = StoredCredentials(tmp_path, inline, go_by_site=lambda: seen.append("site"))

    async def wait() -> None:
        await stored.wait()
        seen.append("came")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.sleep(100)
        assert seen == []
        put(tmp_path)
    assert seen == ["site", "came"]


async def test_what_is_wrong_is_logged_once_and_again_when_it_changes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stored = StoredCredentials(tmp_path, inline)
    for _ in range(3):
        await stored.present()
    put(tmp_path, mode=0o644)
    for _ in range(3):
        await stored.present()
    assert [record.getMessage().rsplit(":", 1)[1].strip()[:12] for record in caplog.records] == [
        "no credentia",
        "others can r",
    ]
    assert "k" * 64 not in caplog.text


async def test_what_is_its_own_is_forgotten_on_demand(tmp_path: Path) -> None:
    path = put(tmp_path)
    stored = StoredCredentials(tmp_path, inline, store=Store(path, tmp_path / "site.json"))
    assert stored.why_kept == ""
    await stored.forget()
    assert not await stored.present()


async def test_a_file_that_somebody_named_is_not_deleted(tmp_path: Path) -> None:
    path = put(tmp_path)
    stored = StoredCredentials(tmp_path, inline)
    assert "its owner's to delete" in stored.why_kept
    with pytest.raises(KeptError, match="its owner's to delete"):
        await stored.forget()
    assert path.exists()


async def test_a_disk_that_deletes_nothing_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.mkdir()
    stored = StoredCredentials(tmp_path, inline, store=Store(path, tmp_path / "site.json"))
    with pytest.raises(KeptError, match="cannot be deleted"):
        await stored.forget()


async def test_others_are_waited_for_while_the_old_ones_stay(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    path = put(tmp_path)
    stored = StoredCredentials(tmp_path, inline)
    came_s: list[float] = []

    async def wait() -> None:
        await stored.renewed()
        came_s.append(trio.current_time())

    began_s = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.sleep(100)
        assert came_s == []
        assert await stored.present()
        beside = tmp_path / "beside"
        beside.write_text("{")
        beside.chmod(0o600)
        beside.replace(path)
        await trio.sleep(100)
        assert came_s == []
        beside.write_text(GOOD)
        beside.chmod(0o600)
        beside.replace(path)
    assert came_s[0] - began_s <= 200 + LOOK_EVERY_S
