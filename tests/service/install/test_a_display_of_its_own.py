"""A screen needs something to draw on: a display of its own, unless a desktop is wanted there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.packaged import config_file

PROGRAM = "/opt/rvm-edge/bin/rvm-edge"
UNITS = "etc/systemd/system"
UNIT = f"{UNITS}/rvm-display.service"
XORG = "etc/X11/xorg.conf.d/90-rvm-display.conf"
HELD_BACK = f"{UNITS}/gdm3.service.d/rvm-display.conf"


@pytest.fixture(name="image")
def an_empty_system(tmp_path: Path) -> Path:
    (tmp_path / UNITS).mkdir(parents=True)
    for name in ("passwd", "group", "shadow", "gshadow"):
        (tmp_path / "etc" / name).touch()
    return tmp_path


def _with_desktop(image: Path, leads_to: str = "/lib/systemd/system/gdm3.service") -> None:
    (image / UNITS / "display-manager.service").symlink_to(leads_to)


def _install(image: Path, *more: str) -> Result:
    words = ["install", "--root", str(image), "--program", PROGRAM, *more]
    return CliRunner().invoke(main, words, standalone_mode=False)


def _applied(image: Path, *more: str) -> None:
    assert _install(image, "--apply", *more).exception is None


def _is_there(image: Path) -> bool:
    found = {(image / name).exists() for name in (UNIT, XORG)}
    assert len(found) == 1, "half a display"
    return found == {True}


def test_a_computer_without_a_desktop_gets_one_at_each_boot(image: Path) -> None:
    _applied(image)

    assert _is_there(image)
    assert (image / f"{UNITS}/multi-user.target.wants/rvm-display.service").is_symlink()


def test_a_computer_with_a_desktop_keeps_it(image: Path) -> None:
    _with_desktop(image)

    _applied(image)

    assert not _is_there(image)
    assert not (image / HELD_BACK).exists()


@pytest.mark.parametrize(
    "target", ["/lib/systemd/system/multi-user.target", "/usr/lib/systemd/system/rescue.target"]
)
def test_a_desktop_that_no_boot_starts_is_none(image: Path, target: str) -> None:
    _with_desktop(image)
    (image / UNITS / "default.target").symlink_to(target)

    _applied(image)

    assert _is_there(image)


def test_a_desktop_that_is_masked_is_none(image: Path) -> None:
    _with_desktop(image, "/dev/null")

    _applied(image)

    assert _is_there(image)


def test_a_desktop_is_held_back_if_asked_and_stays_so_without_asking_again(image: Path) -> None:
    _with_desktop(image)

    _applied(image, "--display")
    condition = f"ConditionPathExists=!/{UNIT}\n"
    assert condition in (image / HELD_BACK).read_text()
    _applied(image)

    assert _is_there(image)
    steps = json.loads(_install(image, "--json").output)["steps"]
    assert {step["need"] for step in steps} == {"already there", "run"}


@pytest.mark.parametrize("words", [("--no-display",), ("--uninstall",), ("--no-kiosk",)])
def test_the_desktop_is_given_back_as_it_was(image: Path, words: tuple[str, ...]) -> None:
    _with_desktop(image)
    before = sorted(image.glob(f"{UNITS}/*"))
    _applied(image, "--display")

    _applied(image, *words)

    assert not _is_there(image)
    assert not [*image.rglob("*rvm-display*")]
    left = set(image.glob(f"{UNITS}/*")) - set(before)
    assert {path.name for path in left} <= {
        "multi-user.target.wants",
        "rvm-edge.service",
        "rvm-edge-usb@.service",
        "rvm-kiosk.service",
    }


def test_a_drop_in_of_the_owners_own_beside_ours_stays(image: Path) -> None:
    _with_desktop(image)
    _applied(image, "--display")
    owners = (image / HELD_BACK).with_name("owners.conf")
    owners.write_text("[Service]\nNice=5\n")

    _applied(image, "--uninstall")

    assert owners.exists()


def test_a_browser_that_brings_its_own_display_needs_none(image: Path) -> None:
    settings = image / "etc/rvm-edge/settings.toml"
    settings.parent.mkdir()
    settings.write_text('[kiosk]\nbrowser = ["cage", "--", "chromium"]\n')

    _applied(image)

    assert not _is_there(image)


def test_a_machine_without_a_screen_cannot_have_a_display(image: Path) -> None:
    assert isinstance(_install(image, "--no-kiosk", "--display").exception, click.UsageError)
    _applied(image, "--no-kiosk")
    assert not _is_there(image)


def test_each_start_has_a_cookie_of_its_own_that_the_screens_group_alone_can_read(
    tmp_path: Path,
) -> None:
    text = config_file("systemd/rvm-display.service").read_text()
    command = re.search(r"^ExecStartPre=/bin/sh -ec '(.*)'$", text, re.M)
    umask = re.search(r"^UMask=(\d+)$", text, re.M)
    assert command is not None
    assert umask is not None
    (tmp_path / "rvm-display").mkdir()
    script = command[1].replace("%t", str(tmp_path)).replace(r"\\", "\\")

    cookies = set()
    for _ in range(2):
        subprocess.run(["/bin/sh", "-ec", script], check=True, umask=int(umask[1], 8))
        written = (tmp_path / "rvm-display/xauthority").read_bytes()
        # Xau(3): family (any), address (none), display (any), name and data, each with its length.
        head = b"\xff\xff" + b"\0\0" + b"\0\0" + b"\0\x12MIT-MAGIC-COOKIE-1" + b"\0\x10"
        assert written[: len(head)] == head
        cookies.add(written[len(head) :])
    assert {len(cookie) for cookie in cookies} == {16}
    assert len(cookies) == 2
    assert (tmp_path / "rvm-display/xauthority").stat().st_mode & 0o777 == 0o640
    assert "Group=rvm-kiosk\n" in text


def test_the_screen_looks_for_the_cookie_where_the_display_leaves_it() -> None:
    kiosk = config_file("systemd/rvm-kiosk.service").read_text()
    assert "XAUTHORITY=/run/rvm-display/xauthority\n" in kiosk
    assert "DISPLAY=:0 " in kiosk
