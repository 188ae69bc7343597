"""The files that make the program a service, and the system that they go into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.service.install.display import DISPLAY_UNIT

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

COMMAND: Final = "/usr/local/bin/rvm-edge"
"""What a technician types: the program with the service's folders, as the service's user."""

UNIT_FOLDER: Final = "/etc/systemd/system"
UDEV_RULES: Final = "/etc/udev/rules.d/99-rvm-edge.rules"
SYSUSERS: Final = "/etc/sysusers.d/rvm-edge.conf"


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
