"""A camera behind GStreamer: the Jetson's CSI cameras, and whatever else has a source element."""

from __future__ import annotations

from typing import Final

import msgspec

from drivers.camera.parts import BOUNDARY
from drivers.camera.process import CameraProcess

PROGRAM: Final = "gst-launch-1.0"
GREY_SIDE: Final = 32
"""The grey copy is so many pixels wide and high: enough for a mean, and nothing to carry."""

_NEWEST: Final = ("queue", "leaky=downstream", "max-size-buffers=2")
"""Whoever is slow gets fewer pictures, never older ones."""


class Pipeline(msgspec.Struct, frozen=True):
    """What the pipeline is made of.

    Attributes:
        source: the elements that give raw video, each a word of the command line.
        encoder: the elements that make JPEG of it.
        to_grey: the elements that give raw video in the computer's own memory, where the source's
            is elsewhere.
        width: in pixels.
        height: in pixels.
        pictures_per_s: of the source.
        memory: the caps feature of the source's memory, or "".
    """

    source: tuple[str, ...]
    encoder: tuple[str, ...] = ("videoconvert", "!", "jpegenc", "quality=90")
    to_grey: tuple[str, ...] = ("videoscale", "!", "videoconvert")
    width: int = 1280
    height: int = 720
    pictures_per_s: int = 10
    memory: str = ""

    def command(self) -> tuple[str, ...]:
        """Return the whole command line."""
        size = f"width={self.width},height={self.height}"
        raw = f"video/x-raw{self.memory},{size},framerate={self.pictures_per_s}/1"
        grey = f"video/x-raw,format=GRAY8,width={GREY_SIDE},height={GREY_SIDE}"
        return (
            *(PROGRAM, "-q", "multipartmux", "name=pictures", f"boundary={BOUNDARY}"),
            *("!", "fdsink", "fd=1", "sync=false"),
            *(*self.source, "!", raw, "!", "tee", "name=camera"),
            *("!", *_NEWEST, "!", *self.encoder, "!", "pictures."),
            *("camera.", "!", *_NEWEST, "!", *self.to_grey, "!", grey, "!", "pictures."),
        )


def csi_pipeline(
    sensor: int = 0, *, width: int = 1280, height: int = 720, pictures_per_s: int = 10
) -> Pipeline:
    """Return the pipeline of a CSI camera on a Jetson (NVIDIA, Accelerated GStreamer).

    Not run on a Jetson yet. The picture stays in the video memory until it is a JPEG; only the
    grey copy is scaled by `nvvidconv` and carried over.

    Args:
        sensor: which of the cameras.
        width: in pixels; one of the sensor's modes.
        height: in pixels.
        pictures_per_s: at which the sensor runs.
    """
    return Pipeline(
        source=("nvarguscamerasrc", f"sensor-id={sensor}"),
        encoder=("nvjpegenc", "quality=90"),
        to_grey=("nvvidconv",),
        width=width,
        height=height,
        pictures_per_s=pictures_per_s,
        memory="(memory:NVMM)",
    )


def gstreamer_source(pipeline: Pipeline) -> CameraProcess:
    """Return the pictures of a pipeline."""
    return CameraProcess(pipeline.command())
