"""What the pump did one afternoon, as its journal has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import msgspec

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart, Event
from rvm_edge.statechart.document import chart_hash, label
from rvm_edge.statechart.journal import STARTED, STOPPED, Entry, MemoryJournal, Record


async def written(decider: Decider[None]) -> list[Record]:
    """An afternoon of the pump: on, light, 3 litres, no light, off."""
    journal = MemoryJournal(now=lambda: datetime(2026, 3, 1, tzinfo=timezone.utc), mono=lambda: 1.0)
    digest = chart_hash(decider.chart)
    here = decider.initial
    await journal.append(Entry(STARTED, {}, (), here, (), digest))
    for event in afternoon(decider.chart):
        decision = decider.decide(here, event)
        rows = tuple(label(row) for row in decision.taken)
        await journal.append(
            Entry(event.title, event.payload(), here, decision.after, rows, digest)
        )
        here = decision.after
    await journal.append(Entry(STOPPED, {}, here, (), (), digest))
    return journal.records


def afternoon(chart: Chart[None]) -> Iterator[Event]:
    kinds = {kind.name: kind for kind in chart.events}
    yield kinds["switched.on"]()
    yield kinds["lamp.toggled"]()
    yield msgspec.structs.replace(kinds["water.wanted"](), litres=3)
    yield kinds["lamp.toggled"]()
