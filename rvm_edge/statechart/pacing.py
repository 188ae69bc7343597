"""Slows down a state that fails again and again, so that no error loop runs hot."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["CALM_S", "CAP_S", "FIRST_S", "ErrorPacing"]

FIRST_S: Final = 0.5
"""The wait after the second error in a row, doubled with every further one."""

CAP_S: Final = 60.0
"""The longest wait."""

CALM_S: Final = 60.0
"""Whoever has worked for so long since the last wait starts anew, without one."""


class _Strain(msgspec.Struct, frozen=True):
    wait_s: float
    resumed_s: float


class ErrorPacing:
    """Remembers, by the error's title, how long to wait before activities start because of it."""

    def __init__(self) -> None:
        self._strains: dict[str, _Strain] = {}

    def wait_after(self, title: str, now_s: float) -> float:
        """Note the error `title` at `now_s`, and return how many seconds to wait because of it.

        The first error costs no time; those that follow it closely cost more and more.
        """
        known = self._strains.get(title)
        if known is None or now_s - known.resumed_s >= CALM_S:
            wait_s = 0.0
        else:
            wait_s = min(CAP_S, max(FIRST_S, 2 * known.wait_s))
        self._strains[title] = _Strain(wait_s, now_s + wait_s)
        return wait_s
