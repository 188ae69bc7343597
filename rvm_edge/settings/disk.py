"""How full the disk may become, and how long the journal."""

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
        journal_mb: a journal that is longer at the start, in MiB, is proved and compressed, and a
            new one goes on from it; the start waits for this, a second for some 5 MiB. 0 for never.
    """

    full_pct: Annotated[float, Meta(gt=0, le=100)] = 90.0
    clear_to_pct: Annotated[float, Meta(gt=0, le=100)] = 85.0
    check_every_s: Annotated[float, Meta(ge=1, le=86_400)] = 60.0
    journal_mb: Annotated[float, Meta(ge=0, le=100_000)] = 32.0

    def __post_init__(self) -> None:
        """Refuse marks that would have it freed without end."""
        if self.clear_to_pct >= self.full_pct:
            raise ValueError("clear_to_pct must be lower than full_pct")
