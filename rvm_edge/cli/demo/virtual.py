"""Runs everything on a virtual clock, and the same way every time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import trio
import trio._core._run as scheduler
from trio.testing import MockClock

T = TypeVar("T")

_SWITCH = "_ALLOW_DETERMINISTIC_SCHEDULING"


def run_in_virtual_time(work: Callable[[], Awaitable[T]], seed: int) -> T:
    """Run `work` on a clock that jumps ahead whenever everybody waits."""
    with _repeatable_order(seed):
        return trio.run(work, clock=MockClock(autojump_threshold=0))


@contextmanager
def _repeatable_order(seed: int) -> Iterator[None]:
    """Let trio shuffle tasks that are due at the same time by `seed`.

    trio shuffles them by chance, so that nobody relies on an order; for Hypothesis it has a switch
    that makes the order depend on its random generator alone. It is not public: without it, two
    runs with one seed would differ.
    """
    before = getattr(scheduler, _SWITCH)
    state = scheduler._r.getstate()  # noqa: SLF001 - see above
    setattr(scheduler, _SWITCH, True)
    scheduler._r.seed(seed)  # noqa: SLF001 - see above
    try:
        yield
    finally:
        setattr(scheduler, _SWITCH, before)
        scheduler._r.setstate(state)  # noqa: SLF001 - see above
