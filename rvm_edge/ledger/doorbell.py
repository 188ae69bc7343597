"""Tells waiting tasks that something new lies in the ledger."""

from __future__ import annotations

import trio


class Doorbell:
    """Wakes everybody who listens, once the row that is news has been committed.

    Take `next_ring` first, then look, then wait: what comes in between is never slept through.
    """

    def __init__(self) -> None:
        self._ring = trio.Event()

    def next_ring(self) -> trio.Event:
        """Return the event of the next ring; wait on it if looking found nothing."""
        return self._ring

    def ring(self) -> None:
        """Wake all who hold the event of this ring."""
        self._ring.set()
        self._ring = trio.Event()
