"""Which computer this is, as its own files say."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from rvm_edge.health.small_files import line_of

_L4T = re.compile(
    r"# R([0-9]{1,3}) \(release\), REVISION: ([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})(?:,|$)"
)
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,20}(?:/[A-Za-z0-9_+-]{1,20}){0,2}")
_ZONE_FOLDER = "/zoneinfo/"

JETPACK_OF = {
    "36.3.0": "6.0",
    "36.4.0": "6.1",
    "36.4.3": "6.2",
    "36.4.4": "6.2.1",
}
"""By release of Jetson Linux: https://developer.nvidia.com/embedded/jetpack-archive."""


class Computer(msgspec.Struct, frozen=True):
    """What hardly ever changes.

    Attributes:
        controller_type: such as ``NVIDIA Jetson Orin Nano Developer Kit``; never "".
        jetpack_version: such as ``6.2 (R36.4.3)``; "" on anything but a Jetson.
        timezone: the IANA name of the one by which this process goes; "" while unknown.
    """

    controller_type: str
    jetpack_version: str
    timezone: str


def read_computer(root: Path, environment: Mapping[str, str] | None = None) -> Computer:
    """Read all of it; may block.

    Args:
        root: where the file system begins.
        environment: stands for `os.environ`; ``TZ`` is set there to the zone that was chosen for
            the site (tzset(3)).
    """
    env = os.environ if environment is None else environment
    zone = _timezone(root, env.get("TZ", ""))
    return Computer(_controller_type(root), _jetpack_version(root), zone)


def _controller_type(root: Path) -> str:
    of_board = line_of(root / "proc/device-tree/model")
    if of_board:
        return of_board
    dmi = root / "sys/class/dmi/id"
    maker, product = line_of(dmi / "sys_vendor"), line_of(dmi / "product_name")
    return f"{maker} {product}".strip() or platform.machine() or "unknown"


def _jetpack_version(root: Path) -> str:
    """Read Jetson Linux's release file, such as ``# R36 (release), REVISION: 4.3, GCID: …``."""
    found = _L4T.match(line_of(root / "etc/nv_tegra_release"))
    if found is None:
        return ""
    release = f"{found[1]}.{found[2]}"
    jetpack = JETPACK_OF.get(release)
    return f"{jetpack} (R{release})" if jetpack else f"R{release}"


def _timezone(root: Path, chosen: str) -> str:
    """Take what was chosen, or else the link that systemd keeps, or the file that Debian keeps."""
    try:
        target = str((root / "etc/localtime").readlink())
    except OSError:
        target = ""
    name = target.rpartition(_ZONE_FOLDER)[2] if _ZONE_FOLDER in target else ""
    for zone in (chosen, name, line_of(root / "etc/timezone")):
        if _ZONE.fullmatch(zone):
            return zone
    return ""
