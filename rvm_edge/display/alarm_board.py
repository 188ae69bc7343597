"""Alarms: since when each stands, and whether somebody has seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.view import Alarm
from rvm_edge.display.causes import Cause


class AlarmBoard:
    """What stands, kept in memory: after a restart everything is new again."""

    def __init__(self, now: Callable[[], str]) -> None:
        """Begin empty.

        Args:
            now: UTC, ISO 8601.
        """
        self._now = now
        self._standing: dict[str, Alarm] = {}

    def show(self, causes: Iterable[Cause]) -> tuple[Alarm, ...]:
        """Take over what is wrong now, the gravest first; return it, the oldest first.

        One that stands on keeps its beginning, and that somebody has seen it; of two with one code
        the first counts.
        """
        before, self._standing = self._standing, {}
        for cause in causes:
            if cause.code in self._standing:
                continue
            known = before.get(cause.code) or Alarm(cause.code, "", since=self._now())
            self._standing[cause.code] = replace(known, message=cause.message, fault=cause.fault)
        return tuple(sorted(self._standing.values(), key=lambda alarm: alarm.since))

    def acknowledge(self, code: str) -> None:
        """Note that somebody has seen an alarm.

        Raises:
            RefusedError: no such alarm stands.
        """
        if code not in self._standing:
            raise RefusedError("no such alarm stands")
        self._standing[code] = replace(self._standing[code], acknowledged=True)
