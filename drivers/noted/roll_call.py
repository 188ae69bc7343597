"""Which ports were found to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from drivers.ports import DriverError, MotionBlockedError


class RollCall:
    """Remembers, by port, how its last call went."""

    def __init__(self) -> None:
        self._answered: dict[str, bool] = {}

    @property
    def found(self) -> Mapping[str, bool]:
        """By port's name: whether it answered when it was last asked; without those never asked."""
        return dict(self._answered)

    @contextmanager
    def calling(self, port: str) -> Iterator[None]:
        """Note how the call inside goes. A part that is only in somebody's way did answer.

        Raises:
            DriverError: whatever the call raised.
        """
        try:
            yield
        except MotionBlockedError:
            self._answered[port] = True
            raise
        except DriverError:
            self._answered[port] = False
            raise
        self._answered[port] = True
