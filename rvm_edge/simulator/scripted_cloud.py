"""A server and its credentials, as far as the chart needs them, with knobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import trio

from rvm_edge.machine import KeptError, Standing


@dataclass
class CloudKnobs:
    """How the server behaves; turn them at any time.

    Attributes:
        answer: what a server that is reached says.
        reachable: whether it is reached at all.
        takes_s: how long an answer takes.
        gives_up_s: how long it takes to find out that it is not reached.
        heard_bin_pct: how full the bin was, as the last heartbeat said.
    """

    answer: Standing = Standing.OK
    reachable: bool = True
    takes_s: float = 0.05
    gives_up_s: float = 2.0
    heard_bin_pct: float | None = None


class SimulatedCloud:
    """`rvm_edge.machine.Cloud` without a network."""

    def __init__(self, knobs: CloudKnobs | None = None) -> None:
        self.knobs = knobs or CloudKnobs()
        self.handshakes = 0
        self.heartbeats = 0

    async def handshake(self) -> Standing:
        """Introduce the machine."""
        self.handshakes += 1
        return await self._answer()

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive."""
        self.knobs.heard_bin_pct = bin_pct
        self.heartbeats += 1
        return await self._answer()

    async def _answer(self) -> Standing:
        if not self.knobs.reachable:
            await trio.sleep(self.knobs.gives_up_s)
            return Standing.UNREACHABLE
        await trio.sleep(self.knobs.takes_s)
        return self.knobs.answer


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
