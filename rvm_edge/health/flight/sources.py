"""What a flight recording is made of."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final, Protocol, TypeVar

import trio

from rvm_edge.health.clock_watch import ClockJump
from rvm_edge.health.flight.line import ClockSet, HealthSample, Notebook, Transition, encoded
from rvm_edge.statechart.journal.record import Record
from rvm_edge.statechart.runtime import Runtime
from rvm_edge.telemetry import Health

SAMPLE_S: Final = 60.0
"""How often the computer is measured."""

WHOSE: Final = frozenset({"owner", "session_id"})
"""Fields of events that say whose deposit it is: they are left out."""

M = TypeVar("M")

_UNREAD_STEPS: Final = 1000


class Gauge(Protocol):
    """`rvm_edge.telemetry.Telemetry`, as far as the recording goes."""

    async def health(self) -> Health:
        """Measure the computer; never raises."""
        ...


async def note_steps(runtime: Runtime[M], notebook: Notebook) -> None:
    """Note every step until the machine stops; those that come too fast are lost."""
    while runtime.configuration:
        with runtime.subscribe(_UNREAD_STEPS) as steps:
            async for step in steps:
                notebook.note(encoded(transition_of(step.record)))


async def note_health(gauge: Gauge, notebook: Notebook) -> None:
    """Note every minute how the computer is, until cancelled."""
    while True:
        health = await gauge.health()
        sample = HealthSample(
            at=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            cpu_pct=health.cpu_pct,
            memory_pct=health.memory_pct,
            disk_pct=health.disk_pct,
            cpu_c=health.cpu_c,
            gpu_pct=health.gpu_pct,
            slowed_by=health.slowed_by,
        )
        notebook.note(encoded(sample))
        await trio.sleep(SAMPLE_S)


def note_clock(jump: ClockJump, notebook: Notebook) -> None:
    """Note that the clock was set."""
    notebook.note(encoded(ClockSet(jump.after.isoformat(), jump.before.isoformat())))


def transition_of(record: Record) -> Transition:
    """Return a row of the journal as the recording has it."""
    return Transition(
        at=record.at,
        mono=record.mono,
        seq=record.seq,
        event=record.event,
        data={key: value for key, value in record.data.items() if key not in WHOSE},
        before=record.before,
        after=record.after,
    )
