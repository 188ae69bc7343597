"""Records that no answer ever comes for: they must not stop those behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import trio

from rvm_edge.backoff import Backoff
from rvm_edge.ledger.outbox_rows import WaitingRecord
from rvm_edge.settings.cloud import RequestSettings

ALONE = 5
"""After so many requests without an answer a record travels alone."""


class SetAside:
    """The place in the queue up to which records are passed over for a while.

    A record that makes the server fall silent each time, and not by the network's fault, would
    otherwise be sent for ever and let nothing else pass. It is tried again at growing intervals.
    """

    def __init__(self, settings: RequestSettings, chance: Callable[[], float]) -> None:
        self._backoff = Backoff(settings.retry_cap_s, settings.not_allowed_s, chance)
        self._shortest_s = settings.retry_first_s
        self._number = 0
        self._until_s = 0.0

    def pass_over(self, record: WaitingRecord, pause_s: float) -> None:
        """Begin behind this record, for a while that outlasts the pause of `pause_s`."""
        self._number = max(self._number, record.number)
        wait_s = self._backoff.next_s(at_least_s=pause_s + self._shortest_s)
        self._until_s = trio.current_time() + wait_s

    def answered(self, batch: Sequence[WaitingRecord]) -> None:
        """Forget the intervals once such a record got an answer."""
        if any(one.unanswered >= ALONE for one in batch):
            self._backoff.succeeded()

    def after(self) -> int:
        """Return the place in the queue behind which to begin now."""
        if trio.current_time() >= self._until_s:
            self._number = 0
        return self._number

    def left_s(self) -> float:
        """Return how long it is until the queue begins at its beginning again."""
        return max(0.0, self._until_s - trio.current_time()) if self._number else math.inf


def travelling_together(found: Sequence[WaitingRecord], most: int) -> tuple[WaitingRecord, ...]:
    """Return how much of the queue's beginning shares the next request, at most `most`.

    A record that is to travel alone shares it with nobody.
    """
    batch = tuple(found[:most])
    for place, one in enumerate(batch):
        if one.unanswered >= ALONE:
            return batch[: max(place, 1)]
    return batch
