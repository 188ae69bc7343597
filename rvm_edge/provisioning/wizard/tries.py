"""Wrong codes, counted until somebody types a right one, whatever becomes of the code meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

TRIES: Final = 5
"""So many wrong codes, and the code is another one, and nobody may try for a while."""

FIRST_LOCK_S: Final = 30.0
LONGEST_LOCK_S: Final = 86_400.0
"""Half a minute at first, twice as long each time, and a day at the most."""


class WrongTries:
    """How often it was guessed, and for how long nobody may try for that.

    A code that runs out, and a page that closes and opens again, forget nothing: else a stranger
    would wait for that instead. So one who never stops has 60 tries on the first day and five on
    each day after it: with eight digits one chance in fifty thousand in a whole year. Who stands at
    the machine has not to wait: it begins anew when the machine is switched off and on.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with none.

        Args:
            clock: monotonic seconds.
        """
        self._clock = clock
        self._wrong = 0
        self._locked_until_s = clock()

    @property
    def wait_s(self) -> float:
        """For how long nobody may try now; 0 if one may."""
        return max(0.0, self._locked_until_s - self._clock())

    def count(self) -> bool:
        """Count a wrong one; say whether it was the last for this code."""
        self._wrong += 1
        burnt, left = divmod(self._wrong, TRIES)
        if left:
            return False
        lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(burnt - 1, 16))
        self._locked_until_s = self._clock() + lock_s
        return True

    def forget(self) -> None:
        """Begin anew: somebody typed the right one."""
        self._wrong = 0
