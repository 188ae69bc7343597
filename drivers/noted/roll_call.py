"""Which ports were found to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from drivers.ports import DriverError, MotionBlockedError, StoppedError

T = TypeVar("T")


class RollCall:
    """Remembers, by port, how its last call went."""

    def __init__(self) -> None:
        self._answered: dict[str, bool] = {}

    @property
    def found(self) -> Mapping[str, bool]:
        """By port's name: whether it answered when it was last asked; without those never asked."""
        return dict(self._answered)

    async def around(
        self,
        port: str,
        verb: str,  # noqa: ARG002 - a part that answers one of them is there
        act: Callable[[], Awaitable[T]],
    ) -> T:
        """Call a port's verb, and note how it goes.

        Raises:
            DriverError: whatever the call raised.
        """
        with self.calling(port):
            return await act()

    @contextmanager
    def calling(self, port: str) -> Iterator[None]:
        """Note how the call inside goes. A part that is only in somebody's way did answer.

        Raises:
            DriverError: whatever the call raised.
        """
        try:
            yield
        except (MotionBlockedError, StoppedError):
            self._answered[port] = True
            raise
        except DriverError:
            self._answered[port] = False
            raise
        self._answered[port] = True
