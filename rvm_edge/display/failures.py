"""Which port failed last, so that a fault can be laid at its door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.noted.roll_call import RollCall
from drivers.ports import DriverError


class Failures(RollCall):
    """A roll call that remembers the last port that failed, and in which words.

    Attributes:
        port: its name; "" before the first.
        why: what it said.
    """

    def __init__(self) -> None:
        super().__init__()
        self.port = ""
        self.why = ""

    @contextmanager
    def calling(self, port: str) -> Iterator[None]:
        """Note how the call inside goes. A part that is in somebody's way failed, too.

        Raises:
            DriverError: whatever the call raised.
        """
        try:
            with super().calling(port):
                yield
        except DriverError as error:
            self.port, self.why = port, str(error)
            raise

    def port_that_said(self, message: str) -> str:
        """Return which port an error came from, by its words; "" where it was not the last one."""
        return self.port if self.why and self.why in message else ""
