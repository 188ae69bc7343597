"""When a page that works is loaded anew all the same: each night, and when it has grown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

AGAIN: Final = timedelta(minutes=10)
"""Between two pages that grew too large: the second one may not have been the first one's fault."""

_DAY = timedelta(days=1)
_PRIVATE_MEMORY = "RssAnon:"
_KIB_PER_MIB = 1024.0


def wall_clock(time_zone: str = "") -> datetime:
    """Return the time of day in a zone; the computer's own where it knows no such zone."""
    if time_zone:
        try:
            return datetime.now(ZoneInfo(time_zone))
        except (OSError, ValueError, ZoneInfoNotFoundError):
            pass
    return datetime.now().astimezone()


class Renewal:
    """Remembers when the page was last loaded anew."""

    def __init__(
        self, at: str, most_mb: float, now: Callable[[str], datetime] = wall_clock
    ) -> None:
        """Begin; the page was just loaded.

        Args:
            at: HH:MM where the machine stands, or "" for never.
            most_mb: of memory, in MiB.
            now: the time of day in a zone; it may jump.
        """
        self._at = time.fromisoformat(at) if at else None
        self._most_mb = most_mb
        self._now = now
        self._last = now("")

    def due(self, memory_mb: float, time_zone: str = "") -> str:
        """Say why the page should be loaded anew, or "" if it need not be.

        Args:
            memory_mb: what the pages hold, in MiB.
            time_zone: where the machine stands; "" for the computer's own.
        """
        now = self._now(time_zone)
        if memory_mb > self._most_mb and abs(now - self._last) >= AGAIN:
            return f"it holds {memory_mb:.0f} MiB"
        if self._at is None:
            return ""
        latest = now.replace(hour=self._at.hour, minute=self._at.minute, second=0, microsecond=0)
        if latest > now:
            latest -= _DAY
        # A clock that was set back by more than a day must not be waited for.
        return "it is time" if self._last < latest or self._last > now + _DAY else ""

    def done(self) -> None:
        """The page was loaded anew."""
        self._last = self._now("")


def private_mb(processes: Iterable[int], proc: Path = Path("/proc")) -> float:
    """Return what processes hold for themselves, in MiB; those that have ended hold nothing."""
    return sum(_private_kib(proc / str(pid) / "status") for pid in processes) / _KIB_PER_MIB


def _private_kib(status: Path) -> float:
    try:
        lines = status.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    found = (line.split()[1] for line in lines if line.startswith(_PRIVATE_MEMORY))
    return float(next(found, "0"))
