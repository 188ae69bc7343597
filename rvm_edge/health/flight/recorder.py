"""Writes a flight recording: in a thread of its own, losing rather than waiting."""

from __future__ import annotations

import errno
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from rvm_edge.health.flight.line import Lost, encoded
from rvm_edge.health.flight.segment import close, hour_of, opened_name, segments, stamp_of
from rvm_edge.settings.flight import FlightSettings

MOST_WAITING: Final = 2_000
MOST_LINE_BYTES: Final = 16_384
MOST_SEGMENTS: Final = 240
"""A machine that starts again and again begins a segment each time."""

_MB: Final = 1024 * 1024
_PARTS: Final = 8
_LEAVE_S: Final = 0.5
"""Whoever leaves may be the loop that feeds a watchdog."""
_LOG = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class FlightRecorder:
    """Takes lines, and never makes anybody wait.

    Attributes:
        lost: how many lines were not written since the start: there was no room, or the disk
            refused.
    """

    def __init__(
        self,
        folder: Path,
        settings: FlightSettings,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Use `recording`."""
        self.lost = 0
        self._folder = folder
        self._settings = settings
        self._now = now
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._file = -1
        self._began = ""
        self._size = 0
        self._is_broken = False
        self._is_torn = False
        self._told_lost = 0

    def note(self, line: bytes) -> None:
        """Write one JSON object on a line of its own, soon; lose it where too many wait."""
        if len(line) > MOST_LINE_BYTES:
            self.lost += 1
            return
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self.lost += 1

    def leave(self) -> None:
        """Ask the thread to end once all is written that waits."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=_LEAVE_S)

    def work(self) -> None:
        """Write until asked to leave. The thread's own."""
        while True:
            line = self._waiting.get()
            if line is None:
                break
            self._write(line)
        self._end()

    def _write(self, line: bytes) -> None:
        try:
            self._be_ready()
            if self.lost != self._told_lost:
                told = self.lost
                self._append(encoded(Lost(self._now().isoformat(), told)))
                self._told_lost = told
            self._append(line)
            self._is_broken = False
        except OSError as error:
            self.lost += 1
            if not self._is_broken:
                self._is_broken = True
                _LOG.warning("the flight recorder cannot write: %s", error.strerror or error)

    def _append(self, line: bytes) -> None:
        whole = b"\n" * self._is_torn + line + b"\n"
        written = os.write(self._file, whole)
        self._size += written
        self._is_torn = written < len(whole)
        if self._is_torn:  # the next one is not to be glued to this one's beginning
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _be_ready(self) -> None:
        """Begin another segment where there is none, its hour is over, or it is long enough."""
        now = self._now()
        stamp = stamp_of(now)
        most = int(self._settings.most_mb * _MB)
        is_of_hour = hour_of(stamp) == hour_of(self._began)
        if self._file >= 0 and is_of_hour and self._size < most // _PARTS:
            return
        self._end()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.glob("*.part"):
            left.unlink(missing_ok=True)
        for one in segments(self._folder):
            if not one.is_closed:
                with suppress(OSError):  # stays as it is: not each line is to try that again
                    close(one)
        tidy(
            self._folder,
            hour=hour_of(stamp),
            hours=self._settings.hours,
            most_bytes=most - most // _PARTS,
        )
        number = max((one.number for one in segments(self._folder)), default=0) + 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(self._folder / opened_name(number, stamp), flags, 0o600)
        self._began, self._size, self._is_torn = stamp, 0, False

    def _end(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def tidy(folder: Path, *, hour: str, hours: int, most_bytes: int) -> None:
    """Remove the oldest of what is too much before another segment is begun.

    Time is told by the hours in which something was recorded, in the order in which it was: a clock
    that is wrong for a while, in whichever direction, costs nothing of what came before.

    Args:
        folder: the recording's.
        hour: in which the new segment is begun.
        hours: how many full ones are kept beside it.
        most_bytes: how much may stay.

    Raises:
        OSError: the disk refuses.
    """
    kept = 0
    seen = {hour}
    for number, one in enumerate(reversed(segments(folder)), 1):
        kept += one.size
        seen.add(one.hour)
        if len(seen) > hours + 1 or kept > most_bytes or number > MOST_SEGMENTS:
            one.path.unlink(missing_ok=True)


@contextmanager
def recording(
    folder: Path, settings: FlightSettings, *, now: Callable[[], datetime] = _utc_now
) -> Iterator[FlightRecorder]:
    """Record while the block lasts; what still waits is written on leaving."""
    recorder = FlightRecorder(folder, settings, now=now)
    thread = threading.Thread(target=recorder.work, name="flight recorder", daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.leave()
        thread.join(_LEAVE_S)
