"""A USB camera gives more pictures than are wanted, and old ones first where none was taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.camera import v4l2_child


@dataclass
class Usb:
    """The part of `cv2.VideoCapture` that is used, on a clock of its own.

    Attributes:
        kept: pictures that the kernel has kept since the last one was taken: they come at once.
        now_s: the clock.
    """

    kept: int = 0
    now_s: float = 100.0

    def get(self, _: int) -> float:
        return -1.0

    def grab(self) -> bool:
        old, self.kept = self.kept > 0, max(0, self.kept - 1)
        self.now_s += 0.001 if old else 1 / 30
        return True

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        return True, np.zeros((1, 1, 3), np.uint8)


@pytest.fixture
def usb(monkeypatch: pytest.MonkeyPatch) -> Usb:
    camera = Usb()
    monkeypatch.setattr("drivers.camera.v4l2_child.time.monotonic", lambda: camera.now_s)
    return camera


def pictures_of(usb: Usb) -> Iterator[object]:
    return v4l2_child.paced(usb, 10)  # type: ignore[arg-type]


def test_ten_of_thirty_pictures_a_second_are_passed_on(usb: Usb) -> None:
    pictures, began_s = pictures_of(usb), usb.now_s
    for _ in range(100):
        next(pictures)
    assert usb.now_s - began_s == pytest.approx(10, abs=0.2)


def test_what_the_kernel_kept_meanwhile_is_passed_over(usb: Usb) -> None:
    pictures = pictures_of(usb)
    next(pictures)
    usb.now_s += 3.0  # nobody read
    usb.kept = 8
    left = [usb.kept for _ in pictures_until(pictures, usb, usb.now_s + 0.2)]
    assert len([kept for kept in left if kept]) <= 2
    assert left[-1] == 0


def pictures_until(pictures: Iterator[object], usb: Usb, until_s: float) -> Iterator[object]:
    while usb.now_s < until_s:
        yield next(pictures)


def test_it_is_asked_for_motion_jpeg_and_the_newest_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[int, float] = {}

    class Camera(Usb):
        def __init__(self, *_: object) -> None:
            super().__init__()

        def set(self, what: int, value: float) -> None:
            asked[what] = value

        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's
            return True

    monkeypatch.setattr("drivers.camera.v4l2_child.cv2.VideoCapture", Camera)
    v4l2_child.opened("/dev/null", 640, 480)
    assert asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert asked[cv2.CAP_PROP_BUFFERSIZE] == 1
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (640, 480)
