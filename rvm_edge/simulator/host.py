"""The computer of a simulated machine."""

from __future__ import annotations

import trio


class RecordedHost:
    """`rvm_edge.machine.Host` that only remembers what it was asked.

    Attributes:
        asked: ``restart`` and ``reboot``, in order.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def restart(self) -> None:
        """Remember it."""
        await trio.lowlevel.checkpoint()
        self.asked.append("restart")

    async def reboot(self) -> None:
        """Remember it."""
        await trio.lowlevel.checkpoint()
        self.asked.append("reboot")
