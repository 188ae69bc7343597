"""Admits events to the mailbox: declared ones only, and only what the journal can hold."""

from __future__ import annotations

import math
from typing import Final, TypeVar

import trio

from rvm_edge.statechart.counts import Tally
from rvm_edge.statechart.definition import Chart, Event, StateError, TimedOut, error_in
from rvm_edge.statechart.document import canonical, declared_titles
from rvm_edge.statechart.errors import UndeclaredEventError, UnwritableEventError
from rvm_edge.statechart.mailbox import Letter, Mailbox, Sender, Urgency

__all__ = ["CLEANUP", "GUARD", "PAYLOAD_CHARS", "PostOffice"]

M = TypeVar("M")

CLEANUP: Final = "cleanup"
"""What `StateError.state` says after a clean-up that hung or failed."""

GUARD: Final = "guard"
"""What `StateError.state` says after a guard that raised."""

PAYLOAD_CHARS: Final = 16 * 1024
"""How long an event's fields may be, as JSON."""


class PostOffice:
    """Everything that reaches the machine comes through here."""

    def __init__(self, chart: Chart[M], mailbox_size: int, tally: Tally) -> None:
        self._titles = declared_titles(chart)
        self._kinds = {event.name: event for event in chart.events}
        self._mailbox = Mailbox(mailbox_size)
        self._tally = tally

    def check(self, event: Event) -> None:
        """Refuse an event that could not be decided, or not be written and read back equal.

        Raises:
            UndeclaredEventError: the chart does not declare it, or declares another class.
            UnwritableEventError: its fields are too long, or no finite scalars.
        """
        title = event.title
        kind = self._kinds.get(title)
        if title not in self._titles or (kind is not None and type(event) is not kind):
            raise UndeclaredEventError(title)
        payload = event.payload()
        for name, value in payload.items():
            scalar = value is None or isinstance(value, (str, int, float))
            if not scalar or (isinstance(value, float) and not math.isfinite(value)):
                raise UnwritableEventError(f"event {title}: its {name} is no finite scalar")
        if len(canonical(dict(payload))) > PAYLOAD_CHARS:
            raise UnwritableEventError(f"event {title}: more than {PAYLOAD_CHARS} characters")

    async def post(self, event: Event, sender: Sender | None = None) -> None:
        """Queue an event, waiting for room.

        Raises:
            UndeclaredEventError: see `check`.
            UnwritableEventError: see `check`.
        """
        self.check(event)
        await self._mailbox.post(_letter(event, sender))

    def post_nowait(self, event: Event, sender: Sender | None = None) -> bool:
        """Queue an event if there is room, and say whether there was.

        Raises:
            UndeclaredEventError: see `check`.
            UnwritableEventError: see `check`.
        """
        self.check(event)
        return self._mailbox.post_nowait(_letter(event, sender))

    def report_error(self, error: StateError, sender: Sender | None = None) -> None:
        """Queue an error before everything else but a failed clean-up."""
        self._tally.errors[error.title] += 1
        urgency = Urgency.CLEANUP if error.title == error_in(CLEANUP) else Urgency.ERROR
        self._mailbox.post_urgent(_letter(error, sender), urgency)

    def report_timeout(self, timeout: TimedOut, sender: Sender) -> None:
        """Queue a time-out before everything but errors."""
        self._mailbox.post_urgent(_letter(timeout, sender), Urgency.TIMEOUT)

    def note_stale(self) -> None:
        """Count an event whose sender has ended."""
        self._tally.stale += 1

    async def next(self) -> Event:
        """Return the next event to decide about; drop and count those whose sender has ended."""
        while True:
            letter = await self._mailbox.next()
            if letter.sender is None or letter.sender.live:
                return letter.event
            self.note_stale()

    def waiting_s(self) -> float:
        """Return how long the oldest event has been waiting, in seconds."""
        return self._mailbox.waiting_s(trio.current_time())

    def close(self) -> None:
        """Take no more events."""
        self._mailbox.close()


def _letter(event: Event, sender: Sender | None) -> Letter:
    return Letter(event, sender, trio.current_time())
