"""Where blocking work runs: in a thread of its own, or, under virtual time, right here.

A thread makes trio's virtual clock jump while it works, so that everything that blocks takes its
`Offload` from outside: `in_thread()` on a machine, `inline` in tests and in simulated days.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import trio

T = TypeVar("T")


class Offload(Protocol):
    """Runs blocking work, one piece at a time.

    Work that was started is always finished and its result always returned, also when the caller
    is cancelled meanwhile: whoever asked for a commit learns that it happened.
    """

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run `work` and return what it returns; what it raises is raised here."""
        ...


async def inline(work: Callable[[], T]) -> T:
    """Run `work` in the event loop. A cancelled caller never starts it."""
    await trio.lowlevel.checkpoint()
    return work()


def in_thread() -> Offload:
    """Return an `Offload` that runs its work in a worker thread, one piece at a time."""
    one_at_a_time = trio.CapacityLimiter(1)

    async def run(work: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(work, limiter=one_at_a_time)

    return run
