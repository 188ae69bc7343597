"""The chamber's lamp, as far as the camera has to know it."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.ports import Light


@dataclass
class KnownLamp:
    """`drivers.ports.Light` that remembers whether a picture may be black.

    Attributes:
        inner: the lamp.
        lit: whether it shines for certain.
    """

    inner: Light
    lit: bool = False

    async def on(self) -> None:
        """Switch on."""
        await self.inner.on()
        self.lit = True

    async def off(self) -> None:
        """Switch off."""
        self.lit = False
        await self.inner.off()
