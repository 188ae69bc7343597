"""From a camera's or a file's bytes to an array of pixels, with nothing taken on trust."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.ports import Encoding
from rvm_edge.vision.picture_header import (
    PictureUnreadableError,
    check_size,
    read_jpeg_size,
    read_png_size,
    sniff,
)

__all__ = ["PictureUnreadableError", "read_picture", "sniff"]

_GREY = 128
_TAIL_ROWS = 8


def read_picture(
    data: bytes | memoryview,
    encoding: Encoding,
    *,
    width: int = 0,
    height: int = 0,
) -> NDArray[np.uint8]:
    """Read one picture.

    The size that the header declares is checked before anything is unpacked, so that a small file
    cannot ask for gigabytes; a file that ends early is refused rather than shown half grey.

    Args:
        data: the bytes.
        encoding: how to read them.
        width: in pixels; needed for BGR24 alone.
        height: likewise.

    Returns:
        Shape (height, width, 3), blue green red. For BGR24 it is a view of `data`.

    Raises:
        PictureUnreadableError: the bytes are no such picture, or one of absurd size.
    """
    view = memoryview(data).cast("B")
    if encoding is Encoding.BGR24:
        return _read_raw(view, width, height)
    size = read_jpeg_size(view) if encoding is Encoding.JPEG else read_png_size(view)
    try:
        decoded = cv2.imdecode(np.frombuffer(view, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise PictureUnreadableError(f"it cannot be decoded: {error.err}") from error
    # The stubs promise an array; the library returns None for what it cannot decode.
    picture: object = decoded
    if not isinstance(picture, np.ndarray):
        raise PictureUnreadableError("it cannot be decoded: its contents are damaged")
    return _checked(np.asarray(decoded, dtype=np.uint8), size, encoding)


def _checked(
    picture: NDArray[np.uint8], size: tuple[int, int], encoding: Encoding
) -> NDArray[np.uint8]:
    """Refuse a picture that is not what its header said, or whose lower part is missing."""
    height, width = picture.shape[:2]
    if (width, height) not in (size, size[::-1]):  # a camera's EXIF may turn it by 90 degrees
        raise PictureUnreadableError(f"it is {width}x{height}, its header says {size}")
    # The decoder fills what a damaged JPEG does not hold with exactly this grey, to the last row.
    if encoding is Encoding.JPEG and bool((picture[-_TAIL_ROWS:] == _GREY).all()):
        raise PictureUnreadableError("its lower part is missing")
    return picture


def _read_raw(view: memoryview, width: int, height: int) -> NDArray[np.uint8]:
    check_size(width, height)
    if len(view) != width * height * 3:
        raise PictureUnreadableError(
            f"{width}x{height} BGR24 takes {width * height * 3} bytes, not {len(view)}"
        )
    return np.frombuffer(view, dtype=np.uint8).reshape(height, width, 3)
