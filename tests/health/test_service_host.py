"""Starting anew: the program's main task is told, and the computer only where that is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rvm_edge.health.service_host import REBOOT_COMMAND, Ending, HostError, ServiceHost
from rvm_edge.machine import Host

UNDER_SYSTEMD = {"INVOCATION_ID": "0b50d8f9a8f64c2b9c4f6b7f3c1f2e11"}


def host_with(*command: str, may_reboot: bool = True, patience_s: float = 10.0) -> ServiceHost:
    return ServiceHost(
        may_reboot=may_reboot, environment=UNDER_SYSTEMD, command=command, patience_s=patience_s
    )


async def test_who_waits_for_the_end_hears_of_a_restart() -> None:
    host, heard = ServiceHost(may_reboot=False), list[Ending]()
    asked: Host = host

    async def main() -> None:
        heard.append(await host.asked_to_end())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(main)
        await wait_all_tasks_blocked()
        assert (heard, host.ending) == ([], None)
        await asked.restart()
    assert heard == [Ending.RESTART]


async def test_a_reboot_is_asked_for_and_the_program_ends(tmp_path: Path) -> None:
    host = host_with("touch", str(tmp_path / "asked"))
    await host.reboot()
    assert (tmp_path / "asked").exists()
    assert await host.asked_to_end() is Ending.REBOOT


async def test_the_first_to_ask_says_what_for() -> None:
    host = host_with("true")
    await host.restart()
    await host.reboot()
    assert host.ending is Ending.RESTART


async def test_a_reboot_that_the_owner_does_not_allow_is_not_asked_for(tmp_path: Path) -> None:
    host = host_with("touch", str(tmp_path / "asked"), may_reboot=False)
    with pytest.raises(HostError, match="owner does not let"):
        await host.reboot()
    assert not (tmp_path / "asked").exists()
    assert host.ending is None


@pytest.mark.parametrize("environment", [{}, {"INVOCATION_ID": ""}])
async def test_a_program_that_somebody_started_by_hand_reboots_nothing(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    command = ("touch", str(tmp_path / "asked"))
    host = ServiceHost(may_reboot=True, environment=environment, command=command)
    with pytest.raises(HostError, match="by hand"):
        await host.reboot()
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("sh", "-c", "printf 'Access\\ndenied' >&2; exit 1"), "refused: Access denied$"),
        (("sh", "-c", "exit 4"), "refused: exit code 4$"),
        (("/nowhere/systemctl",), "cannot be run: No such file"),
    ],
)
async def test_a_refused_reboot_is_told_in_one_line_and_nothing_ends(
    command: tuple[str, ...], why: str
) -> None:
    host = host_with(*command)
    with pytest.raises(HostError, match=why) as failure:
        await host.reboot()
    assert "\n" not in str(failure.value)
    assert host.ending is None


async def test_a_refusal_is_cut() -> None:
    host = host_with("sh", "-c", "printf '%9000s' | tr ' ' x >&2; exit 1")
    with pytest.raises(HostError) as failure:
        await host.reboot()
    assert len(str(failure.value)) < 400


async def test_a_reboot_that_never_answers_is_given_up() -> None:
    host = host_with("sleep", "60", patience_s=0.1)
    with trio.fail_after(10), pytest.raises(HostError, match="did not answer within"):
        await host.reboot()
    assert host.ending is None


def test_nobody_is_asked_for_a_password() -> None:
    assert REBOOT_COMMAND == ("systemctl", "--no-ask-password", "reboot")
