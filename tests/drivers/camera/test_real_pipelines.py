"""GStreamer and OpenCV for real, with everything but the sensor."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
import trio

from drivers.camera.gstreamer import Pipeline, csi_pipeline, gstreamer_source
from drivers.camera.process import CameraProcess
from drivers.camera.streamed import Habits, StreamedCamera
from drivers.camera.v4l2 import v4l2_source
from drivers.ports import Encoding, Frame, PictureError
from tests.drivers.conformance.matrix import Trial, shows

WITHIN_S = 60.0
PATIENT = Habits(warm_up=2, settle=1, picture_s=20.0, start_s=20.0)
HASTY = Habits(warm_up=2, settle=1, picture_s=0.3, start_s=20.0)


@pytest.fixture(scope="module", autouse=True)
def _gstreamer_is_there() -> None:
    assert shutil.which("gst-launch-1.0"), "apt-get install gstreamer1.0-tools and -plugins-good"


def pattern(name: str) -> CameraProcess:
    source = ("videotestsrc", "is-live=true", f"pattern={name}")
    return gstreamer_source(Pipeline(source, width=320, height=240, pictures_per_s=30))


def seen(frame: Frame) -> tuple[int, ...]:
    assert frame.encoding is Encoding.JPEG
    picture = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return tuple(picture.shape)


async def refused(source: CameraProcess, why: str) -> None:
    """Ask for pictures until one is refused for this reason."""
    async with StreamedCamera(source, HASTY).run() as camera:
        said = ""
        while why not in said:
            with pytest.raises(PictureError) as error:
                await camera.take_picture()
            said = str(error.value)


def film(path: Path, pictures: int = 40) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 240))
    assert writer.isOpened()
    for number in range(pictures):
        picture = np.full((240, 320, 3), 60, np.uint8)
        picture[:, : 4 * number] = 200
        writer.write(picture)
    writer.release()
    return path


@shows(Trial.WORKS, "camera", ways=("gstreamer",))
@shows(Trial.AGAIN, "camera", ways=("gstreamer",))
async def test_a_gstreamer_camera_gives_different_pictures() -> None:
    with trio.fail_after(WITHIN_S):
        async with StreamedCamera(pattern("snow"), PATIENT).run() as camera:
            first, second = await camera.take_picture(), await camera.take_picture()
    assert seen(first) == (240, 320, 3)
    assert first.data != second.data
    assert second.taken_at_s > first.taken_at_s


@shows(Trial.BLACK, "camera", ways=("gstreamer",))
@shows(Trial.FROZEN, "camera", ways=("gstreamer",))
@pytest.mark.parametrize(("name", "said"), [("black", "sees black"), ("smpte75", "frozen")])
async def test_a_lens_that_is_covered_or_a_picture_that_stands_is_told(
    name: str, said: str
) -> None:
    with trio.fail_after(WITHIN_S):
        await refused(pattern(name), said)


@shows(Trial.GONE, "camera", ways=("gstreamer",))
async def test_a_missing_element_is_named() -> None:
    with trio.fail_after(WITHIN_S):
        await refused(gstreamer_source(csi_pipeline()), "nvarguscamerasrc")


@shows(Trial.BACK, "camera", ways=("gstreamer",))
async def test_a_pipeline_that_stands_still_is_replaced() -> None:
    habits = Habits(warm_up=2, settle=1, picture_s=20.0, start_s=20.0, stall_s=2.0)
    with trio.fail_after(WITHIN_S):
        async with StreamedCamera(pattern("snow"), habits).run() as camera:
            await camera.take_picture()
            (before,) = psutil.Process().children()
            before.send_signal(signal.SIGSTOP)
            while before in psutil.Process().children():  # until the pipe has been read
                await camera.take_picture()
            await camera.take_picture()


@shows(Trial.WORKS, "camera", ways=("v4l2",))
@shows(Trial.AGAIN, "camera", ways=("v4l2",))
async def test_a_film_is_played_in_place_of_a_usb_camera_and_again(tmp_path: Path) -> None:
    source = v4l2_source(str(film(tmp_path / "film.avi")), pictures_per_s=30)
    with trio.fail_after(WITHIN_S):
        async with StreamedCamera(source, PATIENT).run() as camera:
            first = await camera.take_picture()
            assert seen(first) == (240, 320, 3)
            seen_before = {first.data}
            while (frame := await camera.take_picture()).data not in seen_before:
                seen_before.add(frame.data)


@shows(Trial.GONE, "camera", ways=("v4l2",))
@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("/dev/video-none", "No such file or directory; check cable and path; numbers change"),
        ("/dev/null", "cannot be opened: in use by another program, or no camera"),
    ],
)
async def test_a_usb_camera_that_is_not_there_is_told(device: str, said: str) -> None:
    with trio.fail_after(WITHIN_S):
        await refused(v4l2_source(device), said)
