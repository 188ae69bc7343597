"""The installed service under a real systemd, as its own user, in its sandbox."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.systemd.booted_system import run_scenario

pytestmark = pytest.mark.timeout(180)


class Lifecycle(msgspec.Struct, frozen=True):
    """What the scenario of that name found out."""

    first: str
    confined: dict[str, str]
    may_read: str
    owners: tuple[str, ...]
    second: str
    restarted: bool
    watchdog: bool
    status_text: str
    serves_after_uninstall: bool
    left: tuple[str, ...]
    ledger_left: bool


class Restarts(msgspec.Struct, frozen=True):
    """What the scenario of that name found out."""

    killed_s: tuple[float, ...]
    stopped_s: tuple[float, ...]
    restarts: int
    starts: int
    state: str


def test_it_is_installed_confined_upgraded_and_taken_off(tmp_path: Path) -> None:
    found = msgspec.convert(run_scenario("lifecycle", tmp_path), Lifecycle)

    assert "add           /etc/systemd/system/rvm-edge.service" in found.first
    assert found.confined == {
        "CapEff": "0" * 16,
        "CapBnd": "0" * 16,
        "NoNewPrivs": "1",
        "Seccomp": "2",
    }
    assert found.may_read == "0o640"
    assert found.owners == ("rvm",)
    assert "replace       /etc/systemd/system/rvm-edge.service" in found.second
    assert "already there /etc/rvm-edge/settings.toml" in found.second
    assert found.restarted
    assert found.watchdog
    assert found.status_text
    assert not found.serves_after_uninstall
    assert set(found.left) == {"/etc/rvm-edge", "/etc/systemd/system/rvm-edge.service.d"}
    assert found.ledger_left


def test_it_comes_back_killed_stopped_and_after_a_hundred_crashes_in_a_row(tmp_path: Path) -> None:
    found = msgspec.convert(run_scenario("restarts", tmp_path), Restarts)

    assert len(found.killed_s) == 3
    assert len(found.stopped_s) == 2
    assert found.restarts == 5
    assert found.starts == 101
    assert found.state == "active"


class Reboot(msgspec.Struct, frozen=True):
    """What the scenario of that name found out."""

    unit_while_not_allowed: bool
    unit_while_allowed: bool
    screen_may_ask: bool
    begun: tuple[str, ...]
    request_left: bool


def test_it_has_its_computer_started_anew_where_its_owner_lets_it(tmp_path: Path) -> None:
    found = msgspec.convert(run_scenario("reboot", tmp_path), Reboot)

    assert found == Reboot(
        unit_while_not_allowed=False,
        unit_while_allowed=True,
        screen_may_ask=False,
        begun=("reboot.target",),
        request_left=False,
    )


class Screen(msgspec.Struct, frozen=True):
    """What the scenario of that name found out."""

    shown: bool
    window: str
    lets_in: tuple[str, ...]
    told: str
    again: bool
    left: tuple[str, ...]


def test_a_computer_without_a_desktop_shows_the_page_and_nobody_has_logged_in(
    tmp_path: Path,
) -> None:
    found = msgspec.convert(run_scenario("screen", tmp_path), Screen)

    assert found == Screen(
        shown=True,
        window="1025x769+0+0",
        lets_in=("rvm-kiosk",),
        told="fine    Display: :0, of rvm-display.service",
        again=True,
        left=(),
    )
