"""What has to be where for the program to be a service: the one list of it, and its undoing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.service.install.display import (
    DISPLAY_UNIT,
    display_steps,
    files_of_display,
    without_display,
)
from rvm_edge.service.install.steps import (
    AbsentFile,
    InstallError,
    PlacedFile,
    RunCommand,
    Step,
)

UNITS: Final = ("rvm-edge.service", "rvm-kiosk.service")
TEMPLATES: Final = ("rvm-edge-usb@.service",)
"""Units that nobody enables: udev starts one for a device."""

REBOOT_PATH: Final = "rvm-edge-reboot.path"
REBOOT_UNITS: Final = (REBOOT_PATH, "rvm-edge-reboot.service")
"""What lets the machine have its computer started anew; only where its owner wants that."""

SOUND: Final = "rvm-edge.service.d/sound.conf"
"""What lets the machine be heard; only where its owner wants that."""

SHIPPED_PROGRAM: Final = "/opt/rvm-edge/bin/rvm-edge"
"""As the units that the project ships name it."""

HIDDEN: Final = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - named, not used
"""What the services cannot see: `ProtectHome=` and `PrivateTmp=` (systemd.exec(5))."""

COMMAND: Final = "/usr/local/bin/rvm-edge"
"""What a technician types: the program with the service's folders, as the service's user."""

_LONGEST_LINE = 4096


class Shipped(msgspec.Struct, frozen=True):
    """The files that the project ships for a service.

    Attributes:
        units: by name, and what is added to one, by its folder and name.
        sysusers: which users and groups there are, for systemd-sysusers.
        udev: who may open which device.
        command: what a technician types; see `COMMAND`.
        policy: of the browser.
        xorg: of the display's X server.
        configuration: by name, to begin with; an owner's own are left alone.
    """

    units: Mapping[str, str]
    sysusers: str
    udev: str
    command: str
    policy: str
    xorg: str
    configuration: Mapping[str, str]


class Site(msgspec.Struct, frozen=True):
    """Where it is installed.

    Attributes:
        program: the `rvm-edge` command that the services start.
        root: the system's root folder; another one for an image that is being built.
        is_booted: whether a service manager runs there that has to be told.
        kiosk: whether it has a screen of its own.
        display: whether a display of its own is started for that.
        desktop: the display manager that is enabled there, such as `gdm3.service`; "" for none.
        desktop_runs: whether it has the screen now; it is left in peace until the next boot.
        may_reboot: whether the owner lets the machine have the computer started anew.
        is_heard: whether the owner lets the machine use the sound card.
        modules: folders of the program's own modules. Its services may not write beside them, so
            they are compiled here, or by every start again.
    """

    program: Path
    root: Path = Path("/")
    is_booted: bool = True
    kiosk: bool = True
    display: bool = False
    desktop: str = ""
    desktop_runs: bool = False
    may_reboot: bool = False
    is_heard: bool = False
    modules: tuple[Path, ...] = ()

    def at(self, path: str) -> Path:
        """Return a path of the system's, under the site's root."""
        return self.root / path.lstrip("/")

    @property
    def units(self) -> tuple[str, ...]:
        """The services that run there."""
        return UNITS if self.kiosk else UNITS[:1]

    @property
    def started(self) -> tuple[str, ...]:
        """What is started at each boot."""
        return (
            *self.units,
            *((DISPLAY_UNIT,) if self.display else ()),
            *((REBOOT_PATH,) if self.may_reboot else ()),
        )

    @property
    def started_now(self) -> tuple[str, ...]:
        """What is started when it has been installed."""
        later = (DISPLAY_UNIT,) if self.desktop_runs else ()
        return tuple(name for name in self.started if name not in later)


def installation(site: Site, shipped: Shipped) -> tuple[Step, ...]:
    """Return the steps that make the program a service, in their order; done ones do nothing.

    Raises:
        InstallError: the program lies where its services could not see it.
    """
    _require_visible(site.program)
    sysusers = site.at("/etc/sysusers.d/rvm-edge.conf")
    steps: list[Step] = [PlacedFile(sysusers, shipped.sysusers.encode())]
    steps += _people(site, sysusers)
    steps += _compiled(site)
    steps += [
        PlacedFile(site.at(f"/etc/rvm-edge/{name}"), text.encode(), keep=True)
        for name, text in shipped.configuration.items()
    ]
    steps.append(PlacedFile(site.at("/etc/udev/rules.d/99-rvm-edge.rules"), shipped.udev.encode()))
    command = shipped.command.replace(SHIPPED_PROGRAM, str(site.program))
    steps.append(PlacedFile(site.at(COMMAND), command.encode(), mode=0o755))
    if site.kiosk:
        steps += [PlacedFile(path, shipped.policy.encode()) for path in _policies(site)]
    for name in (*site.units, *TEMPLATES):
        unit = shipped.units[name].replace(SHIPPED_PROGRAM, str(site.program))
        steps.append(PlacedFile(site.at(f"/etc/systemd/system/{name}"), unit.encode()))
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
    steps += [AbsentFile(site.at(f"/etc/systemd/system/{name}")) for name in (*UNITS, *TEMPLATES)]
    steps += [AbsentFile(path) for path in _policies(site)]
    steps.append(AbsentFile(site.at(COMMAND)))
    steps.append(AbsentFile(site.at("/etc/udev/rules.d/99-rvm-edge.rules")))
    steps.append(AbsentFile(site.at("/etc/sysusers.d/rvm-edge.conf")))
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
    return PlacedFile(site.at(f"/etc/systemd/system/{name}"), shipped.units[name].encode())


def _no_reboot(site: Site) -> list[Step]:
    """Return what takes the right to a reboot away; nothing where it was never given."""
    there = [
        path for name in REBOOT_UNITS if (path := site.at(f"/etc/systemd/system/{name}")).exists()
    ]
    if not there:
        return []
    ended = _disabled(site, REBOOT_PATH, "take no more requests for a reboot")
    return [ended, *(AbsentFile(path) for path in there)]


def _no_display(site: Site) -> list[Step]:
    if not files_of_display(site.root):
        return []
    return [_disabled(site, DISPLAY_UNIT, "end the display"), *without_display(site.root)]


def _no_sound(site: Site) -> list[Step]:
    there = site.at(f"/etc/systemd/system/{SOUND}")
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
        RunCommand(("systemctl", "restart", *site.started_now), "start them now, the new version"),
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
