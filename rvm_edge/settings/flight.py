"""How much the flight recorder keeps."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class FlightSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much the flight recorder keeps of what the machine did last.

    Attributes:
        enabled: whether there is one.
        hours: how many hours of the machine's work it goes back.
        most_mb: what it may take of the disk, in MiB.
    """

    enabled: bool = True
    hours: Annotated[int, Meta(ge=1, le=720)] = 24
    most_mb: Annotated[float, Meta(gt=0, le=10_000)] = 32.0
