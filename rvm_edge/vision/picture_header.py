"""Reading what JPEG and PNG files say of themselves, before anything unpacks them.

Written against ITU-T T.81 (JPEG, annex B) and the PNG specification (W3C, 3rd edition, 5).
"""

from __future__ import annotations

import re
import zlib

from drivers.ports import Encoding, Frame

MAX_BYTES = 32 * 1024 * 1024
"""More than the largest raw frame of a 4K camera."""

MAX_PIXELS = 25_000_000
MIN_SIDE = 16

_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"
_MOST_SCANS = 64
_MOST_CHUNKS = 4096
# In entropy-coded data FF is followed by 00 (a stuffed byte) or D0..D7 (a restart); anything else
# but fill bytes (FF) is the next marker.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END, _SCAN = 0xD9, 0xDA


class PictureUnreadableError(Exception):
    """Bytes that are no usable picture. The message completes "the picture is unreadable: …"."""


def sniff(data: bytes | memoryview) -> Encoding:
    """Tell JPEG from PNG by the first bytes.

    Raises:
        PictureUnreadableError: it is neither, or empty.
    """
    start = bytes(data[: len(_PNG_START)])
    if start.startswith(_JPEG_START):
        return Encoding.JPEG
    if start == _PNG_START:
        return Encoding.PNG
    raise PictureUnreadableError("it is empty" if not start else "it is neither JPEG nor PNG")


def check_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height) in pixels.

    Raises:
        PictureUnreadableError: absurdly small or large.
    """
    if width < MIN_SIDE or height < MIN_SIDE:
        raise PictureUnreadableError(f"{width}x{height} pixels show nothing")
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise PictureUnreadableError(f"{width}x{height} pixels are more than {limit} megapixels")
    return width, height


def read_jpeg_size(view: memoryview) -> tuple[int, int]:
    """Walk a JPEG's segments to its end marker and return (width, height).

    Raises:
        PictureUnreadableError: no JPEG, of absurd size, or it ends before its end.
    """
    _check_length(view)
    if bytes(view[:3]) != _JPEG_START:
        raise PictureUnreadableError("it is no JPEG")
    size: tuple[int, int] | None = None
    position, scans = 2, 0
    while True:
        marker, position = _next_jpeg_marker(view, position)
        if marker == _END:
            if size is None or scans == 0:
                raise PictureUnreadableError("it is a JPEG without a picture")
            return size
        body = _jpeg_segment(view, position)
        position += 2 + len(body)
        if marker in _FRAME_MARKERS:
            if len(body) < 6:  # noqa: PLR2004 - precision 1, height 2, width 2, components 1
                raise PictureUnreadableError("its header is damaged")
            height, width = _u16(body, 1), _u16(body, 3)
            size = check_size(width, height)
        elif marker == _SCAN:
            scans += 1
            if scans > _MOST_SCANS:
                raise PictureUnreadableError(f"it has more than {_MOST_SCANS} scans")
            position = _end_of_scan(view, position)


def read_png_size(view: memoryview) -> tuple[int, int]:
    """Walk a PNG's chunks, checking each CRC, to its end and return (width, height).

    Raises:
        PictureUnreadableError: no PNG, of absurd size, damaged, or it ends before its end.
    """
    _check_length(view)
    if bytes(view[:8]) != _PNG_START:
        raise PictureUnreadableError("it is no PNG")
    size: tuple[int, int] | None = None
    position = 8
    for _ in range(_MOST_CHUNKS):
        if position + 12 > len(view):
            break
        length = int.from_bytes(view[position : position + 4], "big")
        end = position + 12 + length
        if end > len(view):
            break
        kind = bytes(view[position + 4 : position + 8])
        if size is None:
            if kind != b"IHDR" or length != 13:  # noqa: PLR2004 - the header's fixed length
                raise PictureUnreadableError("its header is damaged")
            start = position + 8
            size = check_size(
                int.from_bytes(view[start : start + 4], "big"),
                int.from_bytes(view[start + 4 : start + 8], "big"),
            )
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise PictureUnreadableError("its contents are damaged")
        if kind == b"IEND":
            return size
        position = end
    raise PictureUnreadableError("it ends early")


def fits_as_jpeg(frame: Frame, most_bytes: int) -> bool:
    """Say whether a frame is a whole JPEG already, and no longer than `most_bytes`."""
    if frame.encoding is not Encoding.JPEG or len(frame.data) > most_bytes:
        return False
    try:
        read_jpeg_size(memoryview(frame.data))
    except PictureUnreadableError:
        return False
    return True


def _check_length(view: memoryview) -> None:
    if len(view) == 0:
        raise PictureUnreadableError("it is empty")
    if len(view) > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise PictureUnreadableError(f"{len(view)} bytes are more than {limit} MiB")


def _next_jpeg_marker(view: memoryview, position: int) -> tuple[int, int]:
    """Return the marker at `position`, after any fill bytes, and where its segment starts."""
    if position >= len(view):
        raise PictureUnreadableError("it ends early")
    if view[position] != 0xFF:  # noqa: PLR2004 - every marker starts with it
        raise PictureUnreadableError("its contents are damaged")
    while position < len(view) and view[position] == 0xFF:  # noqa: PLR2004
        position += 1
    if position >= len(view):
        raise PictureUnreadableError("it ends early")
    return view[position], position + 1


def _jpeg_segment(view: memoryview, position: int) -> memoryview:
    """Return the body of the segment whose length field is at `position`."""
    if position + 2 > len(view):
        raise PictureUnreadableError("it ends early")
    length = _u16(view, position)
    if length < 2:  # noqa: PLR2004 - the length counts its own two bytes
        raise PictureUnreadableError("its contents are damaged")
    if position + length > len(view):
        raise PictureUnreadableError("it ends early")
    return view[position + 2 : position + length]


def _end_of_scan(view: memoryview, position: int) -> int:
    found = _NEXT_MARKER.search(view, position)
    if found is None:
        raise PictureUnreadableError("it ends early")
    return found.start()


def _u16(view: memoryview, position: int) -> int:
    return int.from_bytes(view[position : position + 2], "big")
