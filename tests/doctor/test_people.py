"""Users and groups: what the installed units ask for is what is looked for, and nothing else."""

from __future__ import annotations

import pytest

from rvm_edge.doctor.checks import people
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import UNITS
from rvm_edge.service.unit_file import words_of
from tests.doctor.conftest import Computer

PEOPLE = "rvm:x:990:990::/var/lib/rvm-edge:/bin/false\nrvm-kiosk:x:991:991::/:/bin/false\n"


def _asked_for(unit: str) -> tuple[str, ...]:
    return words_of([config_file(f"systemd/{unit}").read_text()], "SupplementaryGroups")


def _groups(*, without: str = "", user: str = "") -> str:
    """Return a group file with everything that the shipped units ask for, but for one thing."""
    members: dict[str, list[str]] = {}
    for unit, name in zip(UNITS, ("rvm", "rvm-kiosk"), strict=True):
        for group in _asked_for(unit):
            members.setdefault(group, [])
            if (group, name) != (without, user):
                members[group].append(name)
    if not user:
        members.pop(without, None)
    return "".join(f"{name}:x:1:{','.join(them)}\n" for name, them in members.items())


@pytest.fixture(name="installed")
def an_installed_machine(computer: Computer) -> Computer:
    computer.install()
    computer.write("etc/passwd", PEOPLE)
    computer.write("etc/group", _groups())
    return computer


def test_nothing_is_asked_of_a_machine_that_is_no_service(computer: Computer) -> None:
    assert people.look(computer.place()).level is Level.NOTE


def test_everything_that_the_units_ask_for_is_fine(installed: Computer) -> None:
    found = people.look(installed.place())
    assert (found.level, found.what) == (
        Level.FINE,
        "rvm and rvm-kiosk are in every group that they need",
    )


@pytest.mark.parametrize("group", _asked_for("rvm-edge.service"))
def test_a_group_that_is_missing_keeps_the_service_from_starting(
    installed: Computer, group: str
) -> None:
    installed.write("etc/group", _groups(without=group))
    found = people.look(installed.place())
    assert (found.level, found.what) == (Level.FAILURE, f"there is no group {group}")
    assert "216/GROUP" in found.why


@pytest.mark.parametrize(
    ("user", "group"),
    [("rvm", one) for one in _asked_for("rvm-edge.service")]
    + [("rvm-kiosk", one) for one in _asked_for("rvm-kiosk.service")],
)
def test_a_user_that_lacks_a_group_is_a_failure(installed: Computer, user: str, group: str) -> None:
    installed.write("etc/group", _groups(without=group, user=user))
    assert people.look(installed.place()).what == f"the user {user} is not in {group}"


def test_a_user_that_is_missing_is_a_failure(installed: Computer) -> None:
    installed.write("etc/passwd", PEOPLE.splitlines()[0])
    assert people.look(installed.place()).what == "the user rvm-kiosk does not exist"


def test_a_group_that_a_drop_in_adds_is_looked_for_too(installed: Computer) -> None:
    drop_in = "[Service]\nSupplementaryGroups=plugdev\n"
    installed.write("etc/systemd/system/rvm-edge.service.d/override.conf", drop_in)
    assert people.look(installed.place()).what == "there is no group plugdev"


def test_a_machine_without_a_screen_needs_no_screens_user(installed: Computer) -> None:
    (installed.root / "etc/systemd/system/rvm-kiosk.service").unlink()
    installed.write("etc/passwd", PEOPLE.splitlines()[0])
    assert people.look(installed.place()).level is Level.FINE
