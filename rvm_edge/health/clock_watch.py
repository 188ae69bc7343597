"""Notices when the clock is set while the machine runs.

Nothing in the machine waits by that clock. But what it wrote before and after does not compare, and
whoever reads a log or a recording has to know.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec
import trio

LOOK_S: Final = 10.0
LEAST_S: Final = 2.0
"""What a time server corrects little by little is no jump."""


class ClockJump(msgspec.Struct, frozen=True):
    """The clock was set, or the computer slept.

    Attributes:
        before: what the clock would have said, in UTC.
        after: what it says.
    """

    before: datetime
    after: datetime

    @property
    def seconds(self) -> float:
        """By how much; below 0 where it went back."""
        return (self.after - self.before).total_seconds()


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


async def watch_clock(
    tell: Callable[[ClockJump], None],
    *,
    wall: Callable[[], datetime] = _utc_now,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> None:
    """Compare the two clocks of the computer again and again, until cancelled.

    Args:
        tell: is told of each jump, within `LOOK_S`.
        wall: the clock that may be set.
        monotonic_s: the one that cannot.
    """
    began, zero = wall(), monotonic_s()
    while True:
        await trio.sleep(LOOK_S)
        now, passed_s = wall(), monotonic_s() - zero
        jumped_s = (now - began).total_seconds() - passed_s
        if abs(jumped_s) >= LEAST_S:
            tell(ClockJump(now - timedelta(seconds=jumped_s), now))
        began, zero = now, zero + passed_s
