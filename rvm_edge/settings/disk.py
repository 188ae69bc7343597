"""How full the disk may become."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class DiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How full the disk may become before what is expendable goes.

    Attributes:
        full_pct: so full, and a running machine frees it, in percent.
        clear_to_pct: until no more than this is used, in percent.
        check_every_s: how often it is looked at.
    """

    full_pct: Annotated[float, Meta(gt=0, le=100)] = 90.0
    clear_to_pct: Annotated[float, Meta(gt=0, le=100)] = 85.0
    check_every_s: Annotated[float, Meta(ge=1, le=86_400)] = 60.0

    def __post_init__(self) -> None:
        """Refuse marks that would have it freed without end."""
        if self.clear_to_pct >= self.full_pct:
            raise ValueError("clear_to_pct must be lower than full_pct")
