"""Writes a USB camera's pictures into a pipe: the one part of the drivers that loads OpenCV.

Run as ``python -m drivers.camera.v4l2_child DEVICE WIDTH HEIGHT PER_SECOND``, never imported: an
ioctl that hangs, or a library that crashes, is this process's alone. It ends when its pipe is gone.
"""

from __future__ import annotations

import argparse
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.parts import Kind, Part, written

GREY_SIDE: Final = 32
QUALITY: Final = 90
_CATCH_UP_S: Final = 1.0

Picture = NDArray[np.uint8]


class CameraError(Exception):
    """The camera cannot be read. The message says why, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write pictures until the camera or the pipe is gone; return the exit code."""
    parser = argparse.ArgumentParser(prog="v4l2_child")
    parser.add_argument("device")
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("per_second", type=float)
    asked = parser.parse_args(arguments)
    try:
        camera = opened(asked.device, asked.width, asked.height)
        for picture in paced(camera, asked.per_second):
            for part in parts_of(picture):
                sys.stdout.buffer.write(written(part))
            sys.stdout.buffer.flush()
    except CameraError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except BrokenPipeError:  # whoever read has gone; nor is there anybody to flush the rest to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def opened(device: str, width: int, height: int) -> cv2.VideoCapture:
    """Open a camera, or a film.

    Raises:
        CameraError: it cannot be opened.
    """
    try:
        is_camera = stat.S_ISCHR(Path(device).stat().st_mode)
        with Path(device).open("rb"):
            pass
    except OSError as error:
        raise CameraError(f"{device}: {error.strerror}; {_remedy(error)}") from error
    if not is_camera:
        camera = cv2.VideoCapture(device)
    else:
        camera = cv2.VideoCapture(device, cv2.CAP_V4L2)
        camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if not camera.isOpened():
        raise CameraError(f"{device} cannot be opened: in use by another program, or no camera")
    return camera


def _remedy(error: OSError) -> str:
    if error.errno == errno.EACCES:
        return "add this user to group video"
    return "check cable and path; numbers change, names do not (see: ls /dev/v4l/by-id)"


def paced(camera: cv2.VideoCapture, per_second: float) -> Iterator[Picture]:
    """Yield its newest pictures, at most so many each second.

    Every picture is grabbed, so that none grows old in the camera's buffer; only those that are
    passed on are decoded. A film gives its pictures at the same pace, and may catch up a little; a
    camera whose pictures were not taken for a while has old ones left, which are passed over.

    Raises:
        CameraError: there are no more.
    """
    is_film = camera.get(cv2.CAP_PROP_FRAME_COUNT) > 0
    every_s = 1.0 / per_second
    late_most_s = _CATCH_UP_S if is_film else every_s
    due_s = time.monotonic()
    while camera.grab():
        now_s = time.monotonic()
        if is_film:
            time.sleep(max(0.0, due_s - now_s))
        elif now_s < due_s:
            continue
        due_s = max(due_s, now_s - late_most_s) + every_s
        found, picture = camera.retrieve()
        if not found or picture is None:
            raise CameraError("a picture cannot be decoded")
        yield np.asarray(picture, dtype=np.uint8)
    raise CameraError("the camera gives no more pictures")


def parts_of(picture: Picture) -> tuple[Part, Part]:
    """Return a picture's tiny grey copy, and the picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    tiny = cv2.resize(grey, (GREY_SIDE, GREY_SIDE), interpolation=cv2.INTER_AREA)
    encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not encoded:
        raise CameraError("a picture cannot be encoded")
    return Part(Kind.GREY, tiny.tobytes()), Part(Kind.JPEG, jpeg.tobytes())


if __name__ == "__main__":
    raise SystemExit(main())
