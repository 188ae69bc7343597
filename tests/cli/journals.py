"""Journals of the machine's own chart, for commands to read."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from rvm_edge.statechart.build import build
from rvm_edge.statechart.definition import Event
from rvm_edge.statechart.document import chart_hash, label
from rvm_edge.statechart.journal import STARTED, STOPPED, Entry, Record, SqliteJournal
from states.chart import CHART


async def write(path: Path, *events: Event) -> Record:
    """Let the real chart live through `events`, in a real journal, from start to stop."""
    decider = build(CHART)
    digest = chart_hash(CHART)
    journal = await SqliteJournal.open(
        path, now=lambda: datetime(2026, 3, 1, 7, 30, tzinfo=timezone.utc), mono=lambda: 1.0
    )
    here = decider.initial
    await journal.append(Entry(STARTED, {}, (), here, (), digest))
    for event in events:
        decision = decider.decide(here, event)
        taken = tuple(label(row) for row in decision.taken)
        entry = Entry(event.title, event.payload(), here, decision.after, taken, digest)
        await journal.append(entry)
        here = decision.after
    last = await journal.append(Entry(STOPPED, {}, here, (), (), digest))
    await journal.aclose()
    return last
