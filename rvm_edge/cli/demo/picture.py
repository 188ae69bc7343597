"""A picture in a terminal: two pixels in each cell, the upper one drawn, the lower one behind it.

The demo decodes pictures itself, for people's sake: the machine's process does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.color import Color
from rich.style import Style
from rich.text import Text

from drivers.ports import Frame
from rvm_edge.item import Detection

UPPER_HALF = "▀"
_BOX_RGB = {True: (80, 250, 123), False: (255, 85, 85), None: (241, 250, 140)}
"""Of a box in an accepted, a refused and an undecided item."""

_CORNER_SHARE = 4

Rgb = tuple[int, int, int]
Point = tuple[int, int]


def half_blocks(
    frame: Frame,
    detections: Sequence[Detection],
    *,
    accepted: bool | None,
    columns: int,
    rows: int,
) -> Text:
    """Draw a frame and the boxes in it as large as fits.

    Args:
        frame: the picture.
        detections: what was found in it.
        accepted: the verdict, or None while there is none.
        columns: how wide it may be, in cells.
        rows: how high, in cells; each is two pixels.
    """
    return _drawn(frame, tuple(detections), accepted, (columns, rows)).copy()


@lru_cache(maxsize=4)
def _drawn(
    frame: Frame,
    detections: tuple[Detection, ...],
    accepted: bool | None,  # noqa: FBT001 - a key of the cache
    cells: tuple[int, int],
) -> Text:
    # Heavy, and only for those who watch.
    import cv2
    import numpy as np

    from rvm_edge.vision.picture import PictureUnreadableError, read_picture

    try:
        pixels = read_picture(frame.data, frame.encoding, width=frame.width, height=frame.height)
    except PictureUnreadableError as error:
        return Text(f"no picture: {error}", style="dim")
    height, width = pixels.shape[:2]
    scale = min(cells[0] / width, 2 * cells[1] / height)
    size = max(1, round(width * scale)), max(2, round(height * scale) // 2 * 2)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    red, green, blue = _BOX_RGB[accepted]
    for one in detections:
        for start, end in _corners(one.box, scale, size):
            cv2.line(small, start, end, (blue, green, red), 1)
    return _as_text(np.asarray(small, dtype=np.uint8)[:, :, ::-1].tobytes(), columns=size[0])


def _corners(
    box: tuple[float, float, float, float], scale: float, size: tuple[int, int]
) -> Iterator[tuple[Point, Point]]:
    """Yield the two short lines at each corner of a box: a whole frame would hide the picture."""
    last_x, last_y = size[0] - 1, size[1] - 1
    x1, y1 = max(0, round(box[0] * scale)), max(0, round(box[1] * scale))
    x2, y2 = min(last_x, round(box[2] * scale)), min(last_y, round(box[3] * scale))
    across, down = (x2 - x1) // _CORNER_SHARE, (y2 - y1) // _CORNER_SHARE
    for x, inward_x in ((x1, across), (x2, -across)):
        for y, inward_y in ((y1, down), (y2, -down)):
            yield (x, y), (x + inward_x, y)
            yield (x, y), (x, y + inward_y)


def _as_text(rgb: bytes, columns: int) -> Text:
    """Write pixels, row by row from the top, as cells; the number of rows is even."""
    pixels = [(rgb[at], rgb[at + 1], rgb[at + 2]) for at in range(0, len(rgb), 3)]
    drawn = Text(no_wrap=True, end="")
    for top in range(0, len(pixels), 2 * columns):
        upper, lower = pixels[top : top + columns], pixels[top + columns : top + 2 * columns]
        for above, below in zip(upper, lower, strict=True):
            drawn.append(UPPER_HALF, _style(above, below))
        drawn.append("\n")
    drawn.rstrip()
    return drawn


@lru_cache(maxsize=4096)
def _style(above: Rgb, below: Rgb) -> Style:
    return Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))
