"""What a technician is told before the machine forgets who it is."""

from __future__ import annotations

import msgspec


class ResetOffer(msgspec.Struct, frozen=True):
    """A code to be typed back, as a sign that it is meant, and what is at stake.

    Attributes:
        code: eight digits; good once.
        lasts_s: for how long, in seconds.
        waiting: how many deposits wait here for the server, and stay; null where nobody can tell.
    """

    code: str
    lasts_s: float
    waiting: int | None

    def __repr__(self) -> str:
        """Keep the code to itself."""
        return "ResetOffer(…)"
