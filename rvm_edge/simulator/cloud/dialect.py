"""The two published versions of the server, which differ on the wire."""

from __future__ import annotations

from datetime import timedelta, timezone
from enum import Enum


class Dialect(Enum):
    """Which server is spoken for."""

    M = "M"
    """The master branch: a machine's key may deliver deposits, and nothing is deduplicated."""

    D = "D"
    """The newer development branch: deposits need a user's token, and are known by session_id."""

    @property
    def zone(self) -> timezone:
        """The zone in which the server keeps wall-clock times."""
        return timezone(timedelta(hours=7)) if self is Dialect.M else timezone.utc

    @property
    def silent_s(self) -> float:
        """After how long without a word from it a machine counts as offline."""
        return 300.0 if self is Dialect.M else 120.0
