"""Reads that may hang, kept from hanging anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import trio

T = TypeVar("T")


class DeadlineReader:
    """Runs blocking reads in a thread, one at a time, each for so long at most.

    A file of the kernel may never answer: on a Jetson Orin the temperature of a part that is
    switched off does not (https://github.com/prometheus/node_exporter/issues/3071). Such a thread
    cannot be ended, only left alone; until it comes back by itself no other is started.
    """

    def __init__(self, patience_s: float) -> None:
        """Begin with no thread.

        Args:
            patience_s: how long a read is waited for.
        """
        self._patience_s = patience_s
        self._one_at_a_time = trio.CapacityLimiter(1)
        self._is_hung = False

    async def __call__(self, read: Callable[[], T]) -> T | None:
        """Return what `read` returned.

        Returns:
            None where that took too long, failed with an `OSError`, or an earlier one still hangs.
        """
        await trio.lowlevel.checkpoint()
        if self._is_hung and self._one_at_a_time.borrowed_tokens:
            return None
        self._is_hung = False
        with trio.move_on_after(self._patience_s):
            try:
                return await trio.to_thread.run_sync(
                    read, abandon_on_cancel=True, limiter=self._one_at_a_time
                )
            except OSError:
                return None
        self._is_hung = True
        return None
