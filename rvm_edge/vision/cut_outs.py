"""What the second judge took for the item in hand, until whoever keeps its pictures takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from drivers.ports import Frame

MOST_BYTES: Final = 150_000
"""Of one cut-out. It is no larger than the judge looks at, and most of it is grey."""


class CutOuts:
    """Holds one cut-out, in memory: of the item that was judged last."""

    def __init__(self) -> None:
        self._of: Frame | None = None
        self._jpeg = b""

    def note(self, frame: Frame, jpeg: bytes) -> None:
        """Hold what was cut out of a frame; b"" for nothing."""
        self._of, self._jpeg = frame, jpeg

    def forget(self) -> None:
        """Hold nothing: another item comes."""
        self._of, self._jpeg = None, b""

    def take(self, frames: Sequence[Frame]) -> bytes:
        """Hand over for good, as a JPEG, what was cut out of one of these frames; b"" for none.

        Implements `rvm_edge.machine.CutOut`.
        """
        if not any(one is self._of for one in frames):
            return b""
        jpeg = self._jpeg
        self.forget()
        return jpeg
