"""What the server's clock shows, learned from its answers.

The machine's own wall clock may be wrong by years after a day without power. The server's is what
deposits are dated by, and what orders expire by.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from rvm_edge.bridges.cloud.exchange import Exchange, Reply

_EARLIEST_S = datetime(2020, 1, 1, tzinfo=timezone.utc).timestamp()
_LATEST_S = datetime(2100, 1, 1, tzinfo=timezone.utc).timestamp()
_LONGEST = 40
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HTTP_DATE = re.compile(
    rf"[A-Z][a-z][a-z], ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


class ServerClock:
    """Runs on by monotonic time from what the last answer said."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None
        self._told = False

    def learn(self, exchange: Exchange, server_time: str = "") -> None:
        """Set the clock by an answer that was believed.

        The moment of the reading is taken to be the middle of the exchange. `server_time` counts
        for more than the ``Date`` header, which a proxy may have written: once there was one, the
        header is left alone.

        Args:
            exchange: the answer.
            server_time: from its body, ISO 8601 with an offset; "" for none.
        """
        epoch_s = iso_epoch_s(server_time)
        if epoch_s is None and not self._told and isinstance(exchange.outcome, Reply):
            epoch_s = http_epoch_s(exchange.outcome.date)
        elif epoch_s is not None:
            self._told = True
        if epoch_s is not None:
            self._ahead_s = epoch_s - (exchange.started_s + exchange.ended_s) / 2

    def epoch_s(self, monotonic_s: float) -> float | None:
        """Return what the server's clock showed at a monotonic moment; None while unknown."""
        return None if self._ahead_s is None else monotonic_s + self._ahead_s


def iso_epoch_s(text: str) -> float | None:
    """Read ISO 8601 with an offset; None for anything else, and for times that cannot be."""
    if len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        return None if moment.tzinfo is None else _possible(moment.timestamp())
    except (ValueError, OverflowError):
        return None


def http_epoch_s(text: str) -> float | None:
    """Read an HTTP date (RFC 9110, 5.6.7, the one form that may be sent); None for all else."""
    read = _HTTP_DATE.fullmatch(text)
    if read is None:
        return None
    day, month, *others = read.groups()
    year, hour, minute, second = map(int, others)
    try:
        moment = datetime(
            year, _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=timezone.utc
        )
    except ValueError:
        return None
    return _possible(moment.timestamp())


def _possible(epoch_s: float) -> float | None:
    return epoch_s if _EARLIEST_S <= epoch_s < _LATEST_S else None
