"""Where the pictures of the item in hand wait for the eyes."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.ports import Frame


class MemoryTray:
    """Implements `rvm_edge.machine.Tray`: one item's pictures, in memory, handed over once."""

    def __init__(self) -> None:
        self._held: tuple[str, tuple[Frame, ...], float | None] | None = None
        self._dark: Frame | None = None

    def put(
        self,
        client_uuid: str,
        frames: Sequence[Frame],
        weight_g: float | None,
        dark: Frame | None = None,
    ) -> None:
        """Keep an item's pictures, in place of whatever was kept before."""
        self._held = (client_uuid, tuple(frames), weight_g)
        self._dark = dark

    def dark(self, client_uuid: str) -> Frame | None:
        """Show an item's picture with the lamp off, if there is one."""
        return self._dark if self._held is not None and self._held[0] == client_uuid else None

    def look(self, client_uuid: str) -> tuple[tuple[Frame, ...], float | None] | None:
        """Show an item's pictures and weight, or None if they are not here."""
        if self._held is None or self._held[0] != client_uuid:
            return None
        _, frames, weight_g = self._held
        return frames, weight_g

    def take(self) -> tuple[str, tuple[Frame, ...]]:
        """Hand over for good what is kept: whose pictures, and the pictures; "" and none."""
        if self._held is None:
            return "", ()
        client_uuid, frames, _ = self._held
        self._held = self._dark = None
        return client_uuid, frames
