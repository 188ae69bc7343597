"""Where a machine stands: what was chosen when it was set up, in one small strict file."""

from __future__ import annotations

import re
import zoneinfo
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from rvm_edge.provisioning.one_file import read_bounded
from rvm_edge.strict_tables import json_to_struct, refused_as

Language = Literal["", "id", "en"]
MOST_BYTES: Final = 4096
LEAST_DEPTH_CM: Final = 5.0
"""A bin less deep than that would go from empty to full by what its sensor errs."""

_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")


class SiteError(Exception):
    """What was chosen for the site cannot be used. The message says why, in one line."""


class BinDepth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a technician measured with the bin's own sensor, for good in place of the hardware map.

    Attributes:
        empty_cm: from the sensor to the bottom.
        full_cm: from the sensor to the topmost item when no more fits.
    """

    empty_cm: Annotated[float, Meta(ge=10, le=300)]
    full_cm: Annotated[float, Meta(ge=2, le=200)]

    def __post_init__(self) -> None:
        """Refuse a bin that is full before it is empty, or within what the sensor may err by."""
        if self.full_cm > self.empty_cm - LEAST_DEPTH_CM:
            raise ValueError(f"full_cm must be less than empty_cm by {LEAST_DEPTH_CM:g} or more")


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What `site.json` holds.

    Attributes:
        time_zone: as the IANA names it, such as ``Asia/Jakarta``; "" for the computer's own.
        language: of the screen until somebody chooses another; "" as the settings say.
        bin: how deep the bin is; None as the hardware map says.
    """

    time_zone: str = ""
    language: Language = ""
    bin: BinDepth | None = None

    def __post_init__(self) -> None:
        """Refuse a zone that there is not."""
        if self.time_zone and not is_time_zone(self.time_zone):
            raise ValueError(
                "time_zone is none that this computer knows; they are named as Asia/Jakarta is"
            )


def is_time_zone(name: str) -> bool:
    """Say whether this computer knows a time zone of that name."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def read_site(path: Path) -> Site:
    """Read what was chosen; nothing was where there is no file.

    Raises:
        SiteError: it cannot be read or used.
    """
    try:
        raw = read_bounded(path, MOST_BYTES)
    except FileNotFoundError:
        return Site()
    except OSError as error:
        raise SiteError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    with refused_as(SiteError, str(path), raw, MOST_BYTES):
        return json_to_struct(raw, Site)
