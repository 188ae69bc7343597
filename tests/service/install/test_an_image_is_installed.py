"""The plan is carried out for real, in a system's folder that no machine runs from."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.cli.failures import CommandError
from rvm_edge.service.install import plan

PROGRAM = "/opt/elsewhere/bin/rvm-edge"


@pytest.fixture(name="image")
def an_empty_system(tmp_path: Path) -> Path:
    """Return a root folder with what systemd's tools look for."""
    etc = tmp_path / "etc"
    etc.mkdir()
    for name in ("passwd", "group", "shadow", "gshadow"):
        (etc / name).touch()
    return tmp_path


def _install(image: Path, *more: str) -> Result:
    return CliRunner().invoke(
        main, ["install", "--root", str(image), "--program", PROGRAM, *more], standalone_mode=False
    )


def _needs(image: Path, *more: str) -> dict[str, str]:
    done = _install(image, "--json", *more)
    assert done.exception is None, done.output
    return {step["what"].removeprefix(str(image)): step["need"] for step in _steps(done)}


def _steps(done: Result) -> list[dict[str, str]]:
    steps: list[dict[str, str]] = json.loads(done.output)["steps"]
    return steps


def test_without_apply_nothing_is_changed(image: Path) -> None:
    before = sorted(image.rglob("*"))

    done = _install(image)

    assert "nothing was done" in done.output
    assert sorted(image.rglob("*")) == before


def test_the_services_start_the_program_that_was_named(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    for unit in ("rvm-edge.service", "rvm-kiosk.service"):
        text = (image / "etc/systemd/system" / unit).read_text()
        assert f"ExecStart={PROGRAM} " in text
        assert "/opt/rvm-edge/bin" not in text


def test_users_and_groups_are_made_and_each_is_in_its_groups(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    members = {
        line.split(":")[0]: line.split(":")[3].split(",")
        for line in (image / "etc/group").read_text().splitlines()
    }
    users = [line.split(":")[0] for line in (image / "etc/passwd").read_text().splitlines()]
    assert {"rvm", "rvm-kiosk"} <= set(users)
    assert {"rvm", "rvm-kiosk"} <= set(members["video"])
    assert members["rvm"] == ["rvm-kiosk"]
    assert members["dialout"] == members["gpio"] == ["rvm"]


def test_machine_screen_and_display_start_at_boot(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    wants = sorted(path.name for path in image.glob("etc/systemd/system/*.wants/*"))
    assert wants == ["rvm-display.service", "rvm-edge.service", "rvm-kiosk.service"]


def test_a_second_time_there_is_nothing_to_add(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    assert set(_needs(image).values()) == {"already there", "run"}


def test_an_upgrade_replaces_our_files_and_keeps_the_owners(image: Path) -> None:
    assert _install(image, "--apply").exception is None
    unit = image / "etc/systemd/system/rvm-edge.service"
    owners = image / "etc/rvm-edge/settings.toml"
    unit.write_text("[Service]\n# of an older version\n")
    owners.write_text("[policy]\nframes_per_item = 5\n")

    needs = _needs(image)
    assert needs["/etc/systemd/system/rvm-edge.service"] == "replace"
    assert needs["/etc/rvm-edge/settings.toml"] == "already there"
    assert _install(image, "--apply").exception is None

    assert "WatchdogSec" in unit.read_text()
    assert owners.read_text() == "[policy]\nframes_per_item = 5\n"


def test_an_uninstall_leaves_what_is_remembered_and_nothing_of_ours(image: Path) -> None:
    assert _install(image, "--apply").exception is None
    memory = image / "var/lib/rvm-edge/ledger.sqlite"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(b"deposits that nobody has delivered")

    assert _install(image, "--uninstall", "--apply").exception is None

    assert memory.read_bytes() == b"deposits that nobody has delivered"
    left = {str(path.relative_to(image)) for path in image.rglob("*") if path.is_file()}
    assert {one for one in left if "rvm" in one} == {
        "etc/rvm-edge/hardware_map.json",
        "etc/rvm-edge/settings.toml",
        "var/lib/rvm-edge/ledger.sqlite",
    }


def _may_reboot(image: Path, *, may: bool) -> None:
    path = image / "etc/rvm-edge/settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[cloud.orders]\nmay_reboot = {str(may).lower()}\n")


def test_nothing_may_restart_the_computer_unless_its_owner_says_so(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    assert not [*image.rglob("*reboot*")]


def test_the_right_to_restart_the_computer_is_given_and_taken_by_the_settings(image: Path) -> None:
    units = image / "etc/systemd/system"
    _may_reboot(image, may=True)
    assert _install(image, "--apply").exception is None
    assert (units / "rvm-edge-reboot.service").exists()
    assert (units / "multi-user.target.wants/rvm-edge-reboot.path").is_symlink()
    assert set(_needs(image).values()) == {"already there", "run"}

    _may_reboot(image, may=False)
    assert _needs(image)["/etc/systemd/system/rvm-edge-reboot.path"] == "remove"
    assert _install(image, "--apply").exception is None
    assert not [*image.rglob("*reboot*")]


def test_an_uninstall_takes_that_right_too(image: Path) -> None:
    _may_reboot(image, may=True)
    assert _install(image, "--apply").exception is None

    assert _install(image, "--uninstall", "--apply").exception is None

    assert not [*image.rglob("*reboot*")]


def test_settings_that_cannot_be_read_hold_an_installation_up_and_no_removal(image: Path) -> None:
    assert _install(image, "--apply").exception is None
    (image / "etc/rvm-edge/settings.toml").write_text("[cloud.orders]\nmay_rebot = true\n")

    assert isinstance(_install(image, "--apply").exception, CommandError)
    assert _install(image, "--uninstall", "--apply").exception is None


def test_a_machine_without_a_screen_gets_no_screens_service(image: Path) -> None:
    assert _install(image, "--apply", "--no-kiosk").exception is None

    assert not (image / "etc/systemd/system/rvm-kiosk.service").exists()
    assert not (image / "etc/chromium").exists()


def test_files_can_be_read_by_the_services_whatever_the_umask(image: Path) -> None:
    assert _install(image, "--apply").exception is None

    for path in (image / "etc/rvm-edge").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("folder", ["/root/rvm", "/home/pi/rvm", "/run/user/0/rvm"])
def test_a_program_that_the_services_could_not_see_is_refused(image: Path, folder: str) -> None:
    done = CliRunner().invoke(
        main,
        ["install", "--root", str(image), "--program", f"{folder}/bin/rvm-edge"],
        standalone_mode=False,
    )

    assert isinstance(done.exception, CommandError)
    assert "which the services cannot see" in str(done.exception)


def test_a_disk_that_refuses_is_told_in_one_line(image: Path) -> None:
    (image / "etc/systemd").write_text("a file where a folder must be")

    done = _install(image, "--apply")

    assert isinstance(done.exception, CommandError)
    assert "etc/systemd/system/rvm-edge.service cannot be read: Not a directory" in str(
        done.exception
    )


def test_a_program_whose_python_the_services_could_not_see_is_refused(
    image: Path, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.symlink_to("/root/.pyenv/versions/3.10/bin/python3.10")
    program = tmp_path / "rvm-edge"
    program.write_text(f"#!{python}\n")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "HIDDEN", ("/root",))  # the test's own folder is in /tmp
        done = CliRunner().invoke(
            main,
            ["install", "--root", str(image), "--program", str(program)],
            standalone_mode=False,
        )

    assert isinstance(done.exception, CommandError)
    assert str(done.exception).startswith("/root/.pyenv/versions/3.10/bin/python3.10 lies in /root")
