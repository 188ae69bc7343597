"""Who a simulated machine is."""

from __future__ import annotations

from typing import Final

import trio

from rvm_edge.machine import KeptError

SIMULATED: Final = (
    "its credentials are simulated, too; those of rvm-edge run --simulate --setup can be forgotten"
)
"""Why a simulated machine goes on knowing who it is."""


class SimulatedCredentials:
    """`rvm_edge.machine.Credentials` that come and go by a call."""

    def __init__(self, *, present: bool = True, why_kept: str = "") -> None:
        self.why_kept = why_kept
        self._stored = trio.Event()
        self._brought = trio.Event()
        if present:
            self._stored.set()

    async def present(self) -> bool:
        """Say whether credentials are stored."""
        await trio.lowlevel.checkpoint()
        return self._stored.is_set()

    async def forget(self) -> None:
        """Take the credentials away.

        Raises:
            KeptError: the test or the command line has said why not.
        """
        await trio.lowlevel.checkpoint()
        if self.why_kept:
            raise KeptError(self.why_kept)
        self.lose()

    async def wait(self) -> None:
        """Return once credentials are stored."""
        await self._stored.wait()

    async def renewed(self) -> None:
        """Return once credentials are brought again."""
        await self._brought.wait()

    def store(self) -> None:
        """Bring the credentials."""
        self._stored.set()
        self._brought.set()
        self._brought = trio.Event()

    def lose(self) -> None:
        """Take the credentials away."""
        self._stored = trio.Event()
