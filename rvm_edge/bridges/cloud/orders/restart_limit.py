"""How often the server may start the machine anew, counted through the restarts."""

from __future__ import annotations

from rvm_edge.bridges.cloud.orders.limits import SlidingWindow
from rvm_edge.bridges.cloud.orders.restart_notes import RestartNote, RestartNotes

HOUR_S = 3_600.0


class RestartLimit:
    """Counts this life's restarts by monotonic time, and earlier lives' by the server's clock."""

    def __init__(self, per_hour: int, notes: RestartNotes | None) -> None:
        """Begin with what the notes know.

        Args:
            per_hour: how many are allowed; 0 for none.
            notes: outlive the process; None where nothing does.
        """
        self._window = SlidingWindow(per_hour, HOUR_S)
        self._notes = notes
        self._earlier = () if notes is None else notes.earlier()

    @property
    def identities(self) -> tuple[str, ...]:
        """The orders of earlier lives, not to be taken again."""
        return tuple(note.order_id for note in self._earlier)

    def allows(self, now_s: float, server_now_s: float) -> bool:
        """Say whether one more is allowed.

        Args:
            now_s: monotonic time.
            server_now_s: what the server's clock shows, in seconds of the Unix epoch.
        """
        recent = sum(abs(server_now_s - note.taken_at_s) < HOUR_S for note in self._earlier)
        return self._window.allows(now_s, besides=recent)

    def note(self, order_id: str, now_s: float, server_now_s: float) -> None:
        """Count one that was taken."""
        self._window.note(now_s)
        if self._notes is not None:
            self._notes.add(RestartNote(order_id, server_now_s))
