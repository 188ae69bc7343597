"""Writes the runtime's steps into its journal, with patience for a disk that fails for a moment."""

from __future__ import annotations

import logging
from typing import Final

import trio

from rvm_edge.statechart.decider import Decision
from rvm_edge.statechart.definition import Configuration, Event, Payload
from rvm_edge.statechart.document import label
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.record import STARTED, STOPPED, Entry, Journal, Record

__all__ = ["JOURNAL_RETRIES_S", "Scribe"]

JOURNAL_RETRIES_S: Final = (0.1, 0.5, 2.0)
"""The waits between attempts to write a row, during which nothing new starts."""

_LOG = logging.getLogger(__name__)


class Scribe:
    """Puts a run's steps into words, and these on the disk.

    Every method raises JournalError when the last attempt has failed too.
    """

    def __init__(self, journal: Journal, chart: str) -> None:
        """Write into `journal` for the chart with the hash `chart`."""
        self._journal = journal
        self._chart = chart

    async def write_start(self, initial: Configuration) -> Record:
        """Write that the machine starts, from where the last run ended or was cut off."""
        last = self._journal.last
        return await self._write(STARTED, {}, last.after if last else (), initial)

    async def write_step(self, decision: Decision, event: Event) -> Record:
        """Write what was decided about an event."""
        taken = tuple(label(row) for row in decision.taken)
        return await self._write(
            decision.event_title, event.payload(), decision.before, decision.after, taken
        )

    async def write_stop(self, last: Configuration, data: Payload) -> Record:
        """Write that the machine stopped in `last`, and how its clean-up went."""
        return await self._write(STOPPED, data, last, ())

    async def _write(
        self,
        event: str,
        data: Payload,
        before: Configuration,
        after: Configuration,
        taken: tuple[str, ...] = (),
    ) -> Record:
        entry = Entry(event, data, before, after, taken, self._chart)
        for wait_s in JOURNAL_RETRIES_S:
            try:
                return await self._journal.append(entry)
            except JournalError as error:
                _LOG.warning("%s; trying again in %g s", error, wait_s)
                await trio.sleep(wait_s)
        return await self._journal.append(entry)
