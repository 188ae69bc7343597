"""Lets everything that can wait wait while somebody is at the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import trio


class Rest:
    """Whether somebody is at the machine, and when nobody is any more."""

    def __init__(self) -> None:
        self._people = 0
        self._over = trio.Event()

    @property
    def now(self) -> bool:
        """Whether everything that can wait should."""
        return self._people > 0

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Rest while inside; several may rest at once."""
        self._people += 1
        try:
            yield
        finally:
            self._people -= 1
            if not self.now:
                self._over.set()
                self._over = trio.Event()

    async def over(self) -> None:
        """Return once nobody is at the machine; at once if nobody is."""
        while self.now:
            await self._over.wait()
