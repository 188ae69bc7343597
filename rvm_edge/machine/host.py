"""The computer that a machine runs on."""

from __future__ import annotations

from typing import Protocol


class Host(Protocol):
    """The computer that the machine runs on."""

    async def restart(self) -> None:
        """Start this program anew, as soon as that can be done in order."""
        ...

    async def reboot(self) -> None:
        """Start the computer anew, likewise."""
        ...
