"""The steps that make the program a service: the one list of them, and its undoing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from rvm_edge.service.install.display import (
    DISPLAY_UNIT,
    display_steps,
    files_of_display,
    without_display,
)
from rvm_edge.service.install.files import (
    COMMAND,
    REBOOT_PATH,
    REBOOT_UNITS,
    SHIPPED_PROGRAM,
    SOUND,
    SYSUSERS,
    TEMPLATES,
    UDEV_RULES,
    UNIT_FOLDER,
    UNITS,
    Shipped,
    Site,
)
from rvm_edge.service.install.steps import (
    AbsentFile,
    InstallError,
    PlacedFile,
    RunCommand,
    Step,
)

HIDDEN: Final = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - named, not used
"""What the services cannot see: `ProtectHome=` and `PrivateTmp=` (systemd.exec(5))."""

_LONGEST_LINE = 4096


def installation(site: Site, shipped: Shipped) -> tuple[Step, ...]:
    """Return the steps that make the program a service, in their order; done ones do nothing.

    Raises:
        InstallError: the program lies where its services could not see it.
    """
    _require_visible(site.program)
    sysusers = site.at(SYSUSERS)
    steps: list[Step] = [PlacedFile(sysusers, shipped.sysusers.encode())]
    steps += _people(site, sysusers)
    steps += _compiled(site)
    steps += [
        PlacedFile(site.at(f"/etc/rvm-edge/{name}"), text.encode(), keep=True)
        for name, text in shipped.configuration.items()
    ]
    steps.append(PlacedFile(site.at(UDEV_RULES), shipped.udev.encode()))
    command = shipped.command.replace(SHIPPED_PROGRAM, str(site.program))
    steps.append(PlacedFile(site.at(COMMAND), command.encode(), mode=0o755))
    if site.kiosk:
        steps += [PlacedFile(path, shipped.policy.encode()) for path in _policies(site)]
    for name in (*site.units, *TEMPLATES):
        unit = shipped.units[name].replace(SHIPPED_PROGRAM, str(site.program))
        steps.append(PlacedFile(site.at(f"{UNIT_FOLDER}/{name}"), unit.encode()))
    steps += _wanted(site, shipped)
    return (*steps, *_take_notice(site))


def removal(site: Site) -> tuple[Step, ...]:
    """Return the steps that take the services off again.

    What the machine remembers stays, and so do its settings and its users: deposits may wait there
    that nobody has delivered.
    """
    steps: list[Step] = []
    if site.is_booted:
        steps += [
            RunCommand(("systemctl", "disable", "--now", name), "end it for good", may_fail=True)
            for name in UNITS
        ]
    steps += [*_no_reboot(site), *_no_display(site), *_no_sound(site)]
    steps += [AbsentFile(site.at(f"{UNIT_FOLDER}/{name}")) for name in (*UNITS, *TEMPLATES)]
    steps += [AbsentFile(path) for path in _policies(site)]
    steps.append(AbsentFile(site.at(COMMAND)))
    steps.append(AbsentFile(site.at(UDEV_RULES)))
    steps.append(AbsentFile(site.at(SYSUSERS)))
    if site.is_booted:
        steps.append(RunCommand(("systemctl", "daemon-reload"), "forget the services"))
    return tuple(steps)


def _wanted(site: Site, shipped: Shipped) -> list[Step]:
    """Return what gives the machine what its owner may want, or takes it away again."""
    steps: list[Step] = []
    if site.may_reboot:
        steps += [_unit(site, shipped, name) for name in REBOOT_UNITS]
    else:
        steps += _no_reboot(site)
    if site.display:
        steps += display_steps(site.root, shipped.units, shipped.xorg, site.desktop)
    else:
        steps += _no_display(site)
    steps += [_unit(site, shipped, SOUND)] if site.is_heard else _no_sound(site)
    return steps


def _unit(site: Site, shipped: Shipped, name: str) -> Step:
    return PlacedFile(site.at(f"{UNIT_FOLDER}/{name}"), shipped.units[name].encode())


def _no_reboot(site: Site) -> list[Step]:
    """Return what takes the right to a reboot away; nothing where it was never given."""
    there = [path for name in REBOOT_UNITS if (path := site.at(f"{UNIT_FOLDER}/{name}")).exists()]
    if not there:
        return []
    ended = _disabled(site, REBOOT_PATH, "take no more requests for a reboot")
    return [ended, *(AbsentFile(path) for path in there)]


def _no_display(site: Site) -> list[Step]:
    if not files_of_display(site.root):
        return []
    return [_disabled(site, DISPLAY_UNIT, "end the display"), *without_display(site.root)]


def _no_sound(site: Site) -> list[Step]:
    there = site.at(f"{UNIT_FOLDER}/{SOUND}")
    return [AbsentFile(there, with_folder=True)] if there.exists() else []


def _disabled(site: Site, unit: str, why: str) -> Step:
    root = () if site.is_booted or site.root == Path("/") else (f"--root={site.root}",)
    now = ("--now",) if site.is_booted else ()
    return RunCommand(("systemctl", *root, "disable", *now, unit), why, may_fail=True)


def _compiled(site: Site) -> list[Step]:
    if not site.modules:
        return []
    command = (sys.executable, "-m", "compileall", "-q", *map(str, site.modules))
    return [RunCommand(command, "compile once what each start would else", may_fail=True)]


def _people(site: Site, sysusers: Path) -> list[Step]:
    root = () if site.root == Path("/") else (f"--root={site.root}",)
    return [RunCommand(("systemd-sysusers", *root, str(sysusers)), "make the users and groups")]


def _take_notice(site: Site) -> list[Step]:
    """Return what makes a running system see the new files, or an image see them when it boots."""
    if not site.is_booted:
        root = () if site.root == Path("/") else (f"--root={site.root}",)
        return [
            RunCommand(("systemctl", *root, "enable", *site.started), "start them at each boot")
        ]
    return [
        RunCommand(("udevadm", "control", "--reload"), "read the rules", may_fail=True),
        RunCommand(("udevadm", "trigger"), "apply them to what is plugged in", may_fail=True),
        RunCommand(("systemctl", "daemon-reload"), "read the units"),
        RunCommand(("systemctl", "enable", *site.started), "start them at each boot"),
        RunCommand(
            ("systemctl", "restart", *site.started_now),
            "start them now, the new version",
            otherwise="all is installed, but not all of it starts; sudo rvm-edge doctor says why",
        ),
    ]


def _policies(site: Site) -> tuple[Path, ...]:
    """Return where Debian's and Ubuntu's Chromium, and Google's, look for a managed policy."""
    return tuple(
        site.at(f"/etc/{browser}/policies/managed/rvm-edge-kiosk.json")
        for browser in ("chromium", "chromium-browser")
    )


def _require_visible(program: Path) -> None:
    for needed in (program, *_interpreter(program)):
        for hidden in HIDDEN:
            if needed.is_relative_to(hidden):
                raise InstallError(
                    f"{needed} lies in {hidden}, which the services cannot see; "
                    "install the program elsewhere, as docs/how-to/jetson.md does: /opt/rvm-edge"
                )


def _interpreter(program: Path) -> tuple[Path, ...]:
    """Return the Python that runs it, where that is there to be read: its own first line says."""
    try:
        with program.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
    except OSError:
        return ()  # an image's program is not here yet
    if not first.startswith(b"#!"):
        return ()
    named = Path(os.fsdecode(first[2:].split(b" ")[0].strip()))
    return named, Path(os.path.realpath(named))
