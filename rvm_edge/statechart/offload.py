"""Where blocking work runs: in a thread on the machine, inline in virtual time.

A test clock that jumps when nothing is runnable would jump while a thread works; so whoever blocks
asks for an `Offload` instead of a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import trio

__all__ = ["Offload", "in_thread", "inline"]

T = TypeVar("T")


class Offload(Protocol):
    """Runs blocking work somewhere and returns what it returned, one piece at a time.

    Work that was started is always finished and its result always returned, also when the caller
    is cancelled meanwhile: whoever asked for a commit learns that it happened.
    """

    async def __call__(self, work: Callable[[], T], /) -> T:
        """Run `work`; raise what it raised."""
        ...


async def inline(work: Callable[[], T], /) -> T:
    """Run `work` here, blocking everything else: for virtual time. Not if cancelled before."""
    await trio.lowlevel.checkpoint()
    return work()


def in_thread() -> Offload:
    """Return an `Offload` that runs one piece of work at a time, in a worker thread.

    The work is never abandoned: a caller that is cancelled waits for it, as what is being written
    must not go on behind its back.
    """
    one_at_a_time = trio.CapacityLimiter(1)

    async def run(work: Callable[[], T], /) -> T:
        return await trio.to_thread.run_sync(work, limiter=one_at_a_time)

    return run
