"""A USB camera through V4L2, in a process of its own."""

from __future__ import annotations

import sys
from typing import Final

from drivers.camera.process import CameraProcess

CHILD: Final = "drivers.camera.v4l2_child"


def v4l2_source(
    device: str, *, width: int = 1280, height: int = 720, pictures_per_s: int = 10
) -> CameraProcess:
    """Return the pictures of a camera.

    Args:
        device: best a name under /dev/v4l/by-id; or a film, which is played in place of a camera.
        width: in pixels; the camera may choose the nearest it has.
        height: in pixels, likewise.
        pictures_per_s: that are passed on; the camera may give more.
    """
    size = (str(width), str(height))
    return CameraProcess((sys.executable, "-m", CHILD, "--", device, *size, str(pictures_per_s)))
