"""When in the night rejected items' pictures go up: each machine at a moment of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from rvm_edge.settings.cloud import EvidenceSettings

_DAY = timedelta(days=1)


class QuietHours:
    """The window of each day, and where in it this machine begins today.

    A fleet that began at the stroke of midnight would be one load on the server. The beginning is
    drawn anew for each window, from its first half: the other half is left for the uploads.
    """

    def __init__(self, settings: EvidenceSettings, chance: Callable[[], float]) -> None:
        self._from = _since_midnight(settings.quiet_from)
        self._length = (_since_midnight(settings.quiet_until) - self._from) % _DAY or _DAY
        self._chance = chance
        self._drawn: tuple[date, float] | None = None

    def wait_s(self, now: datetime) -> float:
        """Return how long it is until uploads may begin; 0 if they may go on now.

        Args:
            now: local time.
        """
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        day = midnight + self._from - _DAY
        while day + self._length <= now:
            day += _DAY
        begin = day + self._length / 2 * self._draw(day.date())
        return max(0.0, (begin - now).total_seconds())

    def _draw(self, day: date) -> float:
        if self._drawn is None or self._drawn[0] != day:
            self._drawn = (day, self._chance())
        return self._drawn[1]


def _since_midnight(time_of_day: str) -> timedelta:
    hours, minutes = map(int, re.findall("[0-9]{2}", time_of_day))
    return timedelta(hours=hours, minutes=minutes)
