"""What the screen's browser draws on: a display of its own, or a desktop that the owner wants."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rvm_edge.service.install.steps import PATIENCE_S, AbsentFile, PlacedFile, Step

DISPLAY_UNIT: Final = "rvm-display.service"
XORG_CONFIG: Final = "90-rvm-display.conf"

BRING_THEIR_OWN: Final = ("cage",)
"""Commands for `kiosk.browser` that bring a display with them, and start the browser in it."""

_UNITS: Final = "etc/systemd/system"
_DESKTOP_ALIAS: Final = "display-manager.service"
_STARTS_DESKTOPS: Final = "graphical.target"
_HELD_BACK: Final = "rvm-display.conf"
_WHILE_OURS_IS_THERE: Final = f"""\
# The machine's own display has the screen. `rvm-edge install --no-display --apply` gives it back.
[Unit]
ConditionPathExists=!/{_UNITS}/{DISPLAY_UNIT}
"""


def desktop(root: Path) -> str:
    """Return the display manager that a system starts at boot, such as `gdm3.service`; "" for none.

    Debian and Ubuntu name the enabled one by a link (systemd.special(7), display-manager.service).
    One that is held back by an installation of ours counts as it did before.
    """
    target = _link_to(root / _UNITS / "default.target")
    if target and target != _STARTS_DESKTOPS:
        return ""
    named = _link_to(root / _UNITS / _DESKTOP_ALIAS)
    return named if named.endswith(".service") else ""  # a masked one leads to /dev/null


def desktop_runs() -> bool:
    """Say whether a display manager has this computer's screen now."""
    command = ("systemctl", "is-active", "--quiet", _DESKTOP_ALIAS)
    try:
        done = subprocess.run(command, check=False, timeout=PATIENCE_S)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def has_own_display(root: Path, manager: str, browser: str) -> bool:
    """Say whether a system is to have a display of its own where nobody said so or otherwise.

    Args:
        root: of the system.
        manager: its display manager; "" for none.
        browser: the command that starts the browser.
    """
    if browser in BRING_THEIR_OWN:
        return False
    return not manager or (root / _UNITS / f"{manager}.d" / _HELD_BACK).exists()


def display_steps(root: Path, units: Mapping[str, str], xorg: str, manager: str) -> list[Step]:
    """Return what places a display of its own, and holds a desktop back without changing it.

    Args:
        root: of the system.
        units: as shipped, by name.
        xorg: the X server's configuration.
        manager: the display manager; "" for none.
    """
    steps: list[Step] = [
        PlacedFile(root / _UNITS / DISPLAY_UNIT, units[DISPLAY_UNIT].encode()),
        PlacedFile(_xorg_config(root), xorg.encode()),
    ]
    if manager:
        held_back = root / _UNITS / f"{manager}.d" / _HELD_BACK
        steps.append(PlacedFile(held_back, _WHILE_OURS_IS_THERE.encode()))
    return steps


def files_of_display(root: Path) -> list[Path]:
    """Return what an installation with a display has left in a system."""
    held_back = sorted((root / _UNITS).glob(f"*.service.d/{_HELD_BACK}"))
    found = (root / _UNITS / DISPLAY_UNIT, _xorg_config(root), *held_back)
    return [path for path in found if path.exists()]


def without_display(root: Path) -> list[Step]:
    """Return what takes those files away; a desktop starts again at the next boot."""
    return [
        AbsentFile(path, with_folder=path.name == _HELD_BACK) for path in files_of_display(root)
    ]


def _xorg_config(root: Path) -> Path:
    return root / "etc/X11/xorg.conf.d" / XORG_CONFIG


def _link_to(path: Path) -> str:
    """Return the name of what a link leads to; "" where there is none."""
    try:
        return path.readlink().name
    except OSError:
        return ""
