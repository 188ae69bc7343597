"""Which ordered pictures have reached the server without a heartbeat that said so."""

from __future__ import annotations


class CaptureNews:
    """Counts pictures and never counts back, so that no two heartbeats take the same one twice."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._sent = 0
        self._said = 0

    def add(self) -> None:
        """Note that the server has one more."""
        self._sent += 1

    @property
    def unsaid(self) -> int | None:
        """Up to which picture there is news; None if there is none."""
        return self._sent if self._sent > self._said else None

    def said(self, up_to: int | None) -> None:
        """Note that a heartbeat with that news was taken."""
        if up_to is not None:
            self._said = max(self._said, up_to)
