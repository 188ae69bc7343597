"""Starting anew: the program's main task is told, and the computer only where that is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.health.service_host import Ending, HostError, ServiceHost, reboot_request
from rvm_edge.machine import Host


async def _take(request: Path) -> None:
    """Stand for the service manager: it takes the request away, and means to begin."""
    while not _took(request):  # in no thread: virtual time would not wait for it
        await trio.sleep(0.1)


def _took(request: Path) -> bool:
    there = request.exists()
    request.unlink(missing_ok=True)
    return there


async def test_who_waits_for_the_end_hears_of_a_restart() -> None:
    host, heard = ServiceHost(None), list[Ending]()
    asked: Host = host

    async def main() -> None:
        heard.append(await host.asked_to_end())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(main)
        await wait_all_tasks_blocked()
        assert (heard, host.ending) == ([], None)
        await asked.restart()
    assert heard == [Ending.RESTART]


async def test_a_reboot_is_asked_for_and_the_program_ends(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    host = ServiceHost(tmp_path / "reboot")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_take, tmp_path / "reboot")
        await host.reboot()
    assert await host.asked_to_end() is Ending.REBOOT


async def test_the_first_to_ask_says_what_for(autojump_clock: MockClock, tmp_path: Path) -> None:
    host = ServiceHost(tmp_path / "reboot")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_take, tmp_path / "reboot")
        await host.restart()
        await host.reboot()
    assert host.ending is Ending.RESTART


async def test_a_request_that_nobody_takes_is_taken_back_and_nothing_ends(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    host = ServiceHost(tmp_path / "reboot")
    with pytest.raises(HostError, match="rvm-edge install --apply makes the unit"):
        await host.reboot()
    assert trio.current_time() < 60  # the state that asks gives up then
    assert host.ending is None
    assert not (tmp_path / "reboot").exists()


async def test_whoever_gives_up_leaves_no_request_behind(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    host = ServiceHost(tmp_path / "reboot")
    with trio.move_on_after(1):
        await host.reboot()
    assert host.ending is None
    assert not (tmp_path / "reboot").exists()


async def test_a_folder_that_refuses_is_told_in_one_line(tmp_path: Path) -> None:
    host = ServiceHost(tmp_path / "nowhere" / "reboot")
    with pytest.raises(HostError, match="No such file") as failure:
        await host.reboot()
    assert "\n" not in str(failure.value)
    assert host.ending is None


async def test_a_program_that_may_not_asks_nobody() -> None:
    host = ServiceHost(None)
    with pytest.raises(HostError, match="may not restart the computer"):
        await host.reboot()
    assert host.ending is None


def test_a_request_has_a_place_only_where_owner_and_service_manager_give_one() -> None:
    run = Path("/run/rvm-edge")
    assert reboot_request(may_reboot=True, runtime_dir=run) == run / "reboot"
    assert reboot_request(may_reboot=False, runtime_dir=run) is None
    assert reboot_request(may_reboot=True, runtime_dir=None) is None  # started by hand
