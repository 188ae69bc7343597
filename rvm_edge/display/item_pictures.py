"""The last item's pictures, and which of them the screen shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from drivers.ports import Encoding, Frame
from rvm_edge.item import Verdict
from rvm_edge.ledger.evidence.files import read_cut_out, read_picture
from rvm_edge.ledger.evidence.gallery import surest
from rvm_edge.machine import Eyes, EyesError, Tray
from rvm_edge.offload import Offload
from rvm_edge.statechart.publishing import Step
from rvm_edge.vision.picture_header import (
    PictureUnreadableError,
    read_jpeg_size,
    read_png_size,
)
from states.events import PicturesTaken

MOST_BYTES = 250_000
"""Of a picture on the screen: a fraction of a second for the slowest kiosk."""

_SIZES = {Encoding.JPEG: read_jpeg_size, Encoding.PNG: read_png_size}


class ItemPictures:
    """Keeps the frames of one item, the last, until the next one's; the rest is on disk.

    A picture that was shown once stays the one that is shown: boxes are drawn into it.
    """

    def __init__(self, tray: Tray, eyes: Eyes, evidence_dir: Path, offload: Offload) -> None:
        """Begin with nothing.

        Args:
            tray: where an item's pictures lie while it is judged.
            eyes: who can make a picture smaller.
            evidence_dir: where they lie for good.
            offload: where files are read.
        """
        self._tray = tray
        self._eyes = eyes
        self._evidence_dir = evidence_dir
        self._offload = offload
        self._client_uuid = ""
        self._frames: tuple[Frame, ...] = ()
        self._shown: int | None = None

    def take(self, step: Step) -> None:
        """Note a step: whose pictures were just taken."""
        if isinstance(step.event, PicturesTaken):
            held = self._tray.look(step.event.client_uuid)
            self._client_uuid = step.event.client_uuid
            self._frames = held[0] if held else ()
            self._shown = None

    async def picture(self, client_uuid: str) -> bytes | None:
        """Return an item's picture as a JPEG; None where it is not kept, or cannot be made one.

        Raises:
            OSError: the disk refuses.
        """
        if client_uuid != self._client_uuid or not self._frames:
            return await self._offload(partial(read_picture, self._evidence_dir, client_uuid))
        if self._shown is None:
            self._shown = 0
        try:
            return await self._eyes.as_jpeg(self._frames[self._shown], MOST_BYTES)
        except EyesError:
            return None

    async def cut_out(self, client_uuid: str) -> bytes | None:
        """Return the cut-out that lies beside an item's picture; None where none is kept.

        Raises:
            OSError: the disk refuses.
        """
        return await self._offload(partial(read_cut_out, self._evidence_dir, client_uuid))

    def shown(self, client_uuid: str, verdict: Verdict) -> tuple[int, int, int]:
        """Return which frame is shown, and its width and height in pixels, 0 while unknown."""
        if client_uuid != self._client_uuid or not self._frames:
            return 0, 0, 0
        if self._shown is None:
            number = surest(verdict)
            self._shown = number if number < len(self._frames) else 0
        return (self._shown, *size_of(self._frames[self._shown]))


def size_of(frame: Frame) -> tuple[int, int]:
    """Return a frame's width and height, read from its header if need be; 0 and 0 if unknown."""
    read = _SIZES.get(frame.encoding)
    if (frame.width and frame.height) or read is None:
        return frame.width, frame.height
    try:
        return read(memoryview(frame.data))
    except PictureUnreadableError:
        return 0, 0
