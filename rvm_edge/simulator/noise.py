"""The noise of a live camera on a picture that lies in a file, without any image library.

No two exposures of a real sensor are the same, and the machine takes two that are for a camera that
is stuck. So every other picture has one step of its JPEG's quantisation made a little coarser: the
decoder multiplies that coefficient by it in every block (ITU-T T.81, B.2.4.1), which shifts pixels
by a few levels where the picture has detail, and nowhere else.
"""

from __future__ import annotations

import functools

_QUANTISATION, _SCAN = 0xDB, 0xDA
_COEFFICIENT = 14
"""Which of the 64 in zigzag order: (0, 4), a fine ripple that any picture of a thing has."""

_TABLE_BYTES = 64
_MOST = 255


@functools.lru_cache(maxsize=64)
def as_taken(jpeg: bytes, number: int) -> bytes:
    """Return what a live camera gives of the scene in `jpeg` the `number`-th time.

    Args:
        jpeg: a baseline JPEG; anything else comes back as it is.
        number: of the picture; odd ones are the file itself.
    """
    if number % 2:
        return jpeg
    at = _step(jpeg)
    if at is None or jpeg[at] == _MOST:
        return jpeg
    return jpeg[:at] + bytes([jpeg[at] + 1]) + jpeg[at + 1 :]


def _step(jpeg: bytes) -> int | None:
    """Find the quantiser's step in the luminance table; None if there is no such table."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == _MOST and jpeg[at + 1] != _SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == _QUANTISATION and jpeg[at + 4 : at + 5] == b"\x00":  # 8 bits, table 0
            return at + 5 + _COEFFICIENT if at + 5 + _TABLE_BYTES <= len(jpeg) else None
        at = end
    return None
