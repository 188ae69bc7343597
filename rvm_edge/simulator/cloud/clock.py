"""The server's clock, which may be wrong, and what it makes of other people's timestamps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?\Z"
)


@dataclass
class ServerClock:
    """What the server takes the time to be.

    Attributes:
        source: seconds of the Unix epoch.
        zone: where the server writes wall-clock times.
        ahead_s: by how much it is wrong; turn it at any time.
    """

    source: Callable[[], float]
    zone: timezone
    ahead_s: float = 0.0

    def now_s(self) -> float:
        """Return seconds of the Unix epoch."""
        return self.source() + self.ahead_s

    def iso(self, ahead_s: float = 0.0) -> str:
        """Return the present, or a moment later, as the server writes it: with its offset."""
        return datetime.fromtimestamp(self.now_s() + ahead_s, self.zone).isoformat(
            timespec="seconds"
        )

    def day(self) -> str:
        """Return the server's date, as in its storage paths."""
        return self.iso()[:10]

    def keep(self, sent: str | float) -> str:
        """Return the wall-clock text that is stored for a timestamp that somebody sent.

        A number, or a text that is one, is an instant and becomes the server's wall clock. Any
        other text keeps its own wall clock, and its offset is forgotten.

        Raises:
            ValueError: it is no time.
        """
        if not isinstance(sent, str) or _NUMBER.match(sent):
            try:
                moment = datetime.fromtimestamp(float(sent), self.zone)
            except (OverflowError, OSError) as absurd:
                raise ValueError(f"Could not parse '{sent}'") from absurd
            return moment.replace(tzinfo=None).isoformat(" ", "seconds")
        parts = _ISO.match(sent)
        if parts is None:
            raise ValueError(f"Could not parse '{sent}': Failed to parse time string")
        whole = parts[2] if parts[2].count(":") == 2 else f"{parts[2]}:00"  # noqa: PLR2004
        return f"{parts[1]} {datetime.strptime(whole[:8], '%H:%M:%S').time()}"  # noqa: DTZ007

    def instant_s(self, kept: str) -> float:
        """Return the epoch seconds that a stored wall-clock text stands for at this server."""
        moment = datetime.strptime(kept, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone is ours
        return (moment.replace(tzinfo=self.zone) - _EPOCH) / timedelta(seconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
