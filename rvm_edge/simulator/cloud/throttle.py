"""How often one address may ask: Laravel's rate limiter, whose window opens with the first call."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Throttle:
    """Counts calls by address.

    Attributes:
        calls: how many are let in per window.
        window_s: how long it is.
    """

    calls: int = 60
    window_s: float = 60.0
    _open: dict[str, tuple[float, int]] = field(default_factory=dict)

    def refuse(self, client: str, now_s: float) -> int | None:
        """Count a call; return how many seconds to stay away, or None if it is let in."""
        ends_s, count = self._open.get(client, (0.0, 0))
        if now_s >= ends_s:
            ends_s, count = now_s + self.window_s, 0
        if count >= self.calls:
            return max(1, round(ends_s - now_s))
        self._open[client] = (ends_s, count + 1)
        return None
