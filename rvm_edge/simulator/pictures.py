"""Pictures that need no file: one colour all over, as a camera in the dark gives them."""

from __future__ import annotations

import functools
import struct
import zlib

WIDTH, HEIGHT = 416, 320
"""Pixels; the size of the sample pictures."""


@functools.lru_cache(maxsize=4)
def plain_png(grey: int) -> bytes:
    """Return a PNG of `WIDTH` x `HEIGHT` pixels, 8-bit RGB, all of them `grey` (0 to 255).

    The format: signature, IHDR, one deflated IDAT whose rows begin with filter byte 0, IEND;
    https://www.w3.org/TR/png-3/.
    """
    row = b"\x00" + bytes([grey]) * (3 * WIDTH)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(row * HEIGHT, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
