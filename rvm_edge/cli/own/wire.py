"""Hears what passes over the wire to the motor controller, for the flight recording."""

from __future__ import annotations

from datetime import datetime, timezone

from drivers.replay.transcript import Message, Speaker
from rvm_edge.health.flight.line import Notebook, WireLine, encoded


class OwnWire:
    """Stands where a transcript does, and keeps nothing itself.

    Attributes:
        notebook: who is told; None while nobody records.
    """

    def __init__(self) -> None:
        self.notebook: Notebook | None = None

    def append(self, said: Message, /) -> None:
        """Note what was said."""
        if self.notebook is None:
            return
        line = WireLine(
            at=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            way="to" if said.speaker is Speaker.HOST else "from",
            data=said.data,
        )
        self.notebook.note(encoded(line))
