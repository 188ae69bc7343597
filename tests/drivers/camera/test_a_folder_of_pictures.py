"""A folder in place of a camera."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.camera.pictures import PicturesFolder
from drivers.ports import Encoding, PictureError
from tests.drivers.conformance.matrix import Trial, shows

JPEG, PNG = b"\xff\xd8\xff a picture", b"\x89PNG\r\n\x1a\n a picture"


@shows(Trial.WORKS, "camera", ways=("pictures",))
@shows(Trial.AGAIN, "camera", ways=("pictures",))
async def test_the_pictures_come_in_turn_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(PNG)
    (tmp_path / "a.JPG").write_bytes(JPEG)
    (tmp_path / "notes.txt").write_text("no picture")
    camera = PicturesFolder(tmp_path)
    frames = [await camera.take_picture() for _ in range(3)]
    assert [frame.data for frame in frames] == [JPEG, PNG, JPEG]
    assert [frame.encoding for frame in frames] == [Encoding.JPEG, Encoding.PNG, Encoding.JPEG]
    assert [frame.sequence for frame in frames] == [1, 2, 3]


@shows(Trial.NONSENSE, "camera", ways=("pictures",))
async def test_what_is_no_picture_is_told_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"text")
    (tmp_path / "b.jpg").write_bytes(JPEG)
    camera = PicturesFolder(tmp_path)
    with pytest.raises(PictureError, match=r"a\.jpg is neither a JPEG nor a PNG"):
        await camera.take_picture()
    assert (await camera.take_picture()).data == JPEG


@shows(Trial.GONE, "camera", ways=("pictures",))
async def test_an_empty_or_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"holds no \.jpg or \.png"):
        await PicturesFolder(tmp_path).take_picture()
    with pytest.raises(PictureError, match="gone: No such file"):
        await PicturesFolder(tmp_path / "gone").take_picture()
