"""A screen without a display is dark: who has it, and what is missing where nobody has."""

from __future__ import annotations

import msgspec
import pytest

from rvm_edge.doctor.checks import CHECKS, display
from rvm_edge.doctor.finding import Level
from rvm_edge.service.install.display import DISPLAY_UNIT
from rvm_edge.settings import Settings
from tests.doctor.conftest import Computer

SOCKET = "/tmp/.X11-unix/X0"  # noqa: S108 - where X11 prescribes it
LISTENS = "000: 00000002 00000000 00010000 0001 01 12345 {}\n"
OTHERS = "Num RefCount Protocol Flags Type St Inode Path\n" + LISTENS.format(
    "/run/x/tmp/.X11-unix/X1"
)


def _install(computer: Computer, *, display: bool = False, desktop: bool = False) -> None:
    computer.install()
    if display:
        computer.write(f"etc/systemd/system/{DISPLAY_UNIT}", "[Service]\n")
    if desktop:
        link = computer.root / "etc/systemd/system/display-manager.service"
        link.symlink_to("/lib/systemd/system/gdm3.service")


def _listens(computer: Computer, socket: str = SOCKET) -> None:
    computer.write("proc/net/unix", OTHERS + LISTENS.format(socket))


@pytest.mark.parametrize("socket", [SOCKET, f"@{SOCKET}"])
def test_a_display_of_its_own_is_fine(computer: Computer, socket: str) -> None:
    _install(computer, display=True)
    (computer.root / "run/rvm-display").mkdir(parents=True)
    _listens(computer, socket)

    assert display.look(computer.place()).level is Level.FINE


@pytest.mark.parametrize(
    ("ours", "desktop", "words"),
    [
        (False, False, "install --apply"),
        (False, True, "install --display --apply"),
        (True, False, "apt install xserver-xorg-core"),
    ],
)
def test_none_is_a_warning_that_says_what_to_run(
    computer: Computer, ours: bool, desktop: bool, words: str
) -> None:
    _install(computer, display=ours, desktop=desktop)
    computer.write("proc/net/unix", OTHERS)

    found = display.look(computer.place())

    assert (found.level, found.what[:4]) == (Level.WARNING, "none")
    assert words in found.todo


def test_one_that_does_not_come_up_is_told_with_where_to_read_why(computer: Computer) -> None:
    _install(computer, display=True)
    computer.write("usr/bin/Xorg", "", 0o755)

    found = display.look(computer.place())

    assert found.what == "none: rvm-display.service does not come up"
    assert "/var/log/rvm-display/Xorg.log" in found.todo


def test_a_desktop_that_still_has_the_screen_calls_for_a_restart(computer: Computer) -> None:
    _install(computer, display=True, desktop=True)
    _listens(computer)

    found = display.look(computer.place())

    assert (found.what, found.todo) == ("gdm3.service still has :0", "Restart the computer.")


def test_a_desktop_that_is_wanted_is_worth_a_note(computer: Computer) -> None:
    _install(computer, desktop=True)
    _listens(computer)

    found = display.look(computer.place())

    assert (found.level, found.what) == (Level.NOTE, ":0 belongs to gdm3.service")


def test_a_browser_with_a_display_of_its_own_and_no_screen_at_all_are_no_complaint(
    computer: Computer,
) -> None:
    assert display.look(computer.place()).level is Level.NOTE
    _install(computer)
    kiosk = msgspec.structs.replace(Settings().kiosk, browser=("cage", "--", "chromium"))
    settings = msgspec.structs.replace(Settings(), kiosk=kiosk)
    assert display.look(computer.place(settings)).what == "cage starts one with the browser"


def test_the_doctor_asks_it() -> None:
    assert display.CHECK in CHECKS
