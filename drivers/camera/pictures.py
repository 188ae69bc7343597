"""A folder of pictures in place of a camera: for a bench, and for trials of the eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import trio

from drivers.ports import Encoding, Frame, PictureError

MOST_BYTES: Final = 32 * 1024 * 1024
_BEGINS: Final = {b"\xff\xd8\xff": Encoding.JPEG, b"\x89PNG\r\n\x1a\n": Encoding.PNG}
_ENDINGS: Final = (".jpg", ".jpeg", ".png")


@dataclass
class PicturesFolder:
    """`drivers.ports.Camera` that shows the pictures of a folder in turn, by name.

    Attributes:
        folder: is read anew each time, so that pictures may be put in and taken out.
    """

    folder: Path
    _last: str = field(default="", init=False)
    _sequence: int = field(default=0, init=False)

    async def take_picture(self) -> Frame:
        """Show the next picture.

        Raises:
            PictureError: there is none, or it is none.
        """
        asked_at_s = trio.current_time()
        name, data = await trio.to_thread.run_sync(self._next)
        for begins, encoding in _BEGINS.items():
            if data.startswith(begins):
                self._last = name
                self._sequence += 1
                return Frame(data, encoding, 0, 0, asked_at_s, self._sequence)
        self._last = name  # the one after it is tried next
        raise PictureError(f"{self.folder / name} is neither a JPEG nor a PNG")

    def _next(self) -> tuple[str, bytes]:
        try:
            names = sorted(
                one.name for one in self.folder.iterdir() if one.suffix.lower() in _ENDINGS
            )
            name = next((one for one in names if one > self._last), names[0] if names else "")
            if not name:
                raise PictureError(f"{self.folder} holds no .jpg or .png")
            with (self.folder / name).open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise PictureError(f"{error.filename or self.folder}: {error.strerror}") from error
        if len(data) > MOST_BYTES:
            raise PictureError(f"{self.folder / name} is longer than {MOST_BYTES} bytes")
        return name, data
