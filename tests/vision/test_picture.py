"""Only whole, sane pictures are looked at; everything else says what is wrong with it."""

from __future__ import annotations

import resource
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from drivers.ports import Encoding
from rvm_edge.vision.picture import PictureUnreadableError, read_picture, sniff
from rvm_edge.vision.picture_header import MAX_BYTES


@pytest.fixture(scope="module")
def scene() -> NDArray[np.uint8]:
    rows = np.linspace(0, 255, 120, dtype=np.uint8)[:, None, None]
    noise = np.random.default_rng(1).integers(0, 60, (120, 160, 1), dtype=np.uint8)
    tint = np.array([0, 20, 40], dtype=np.uint8)  # the same everywhere: JPEG halves the colours
    return (rows // 2 + noise + tint).astype(np.uint8)


def encoded(picture: NDArray[np.uint8], suffix: str, *options: int) -> bytes:
    done, data = cv2.imencode(suffix, picture, list(options))
    assert done
    return data.tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width: int, height: int) -> bytes:
    """Build a small PNG that claims to be huge; its pixels are zeros, packed."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(min(width * 3 + 1, 1000) * 100))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg_of_size(jpeg: bytes, width: int, height: int) -> bytes:
    """Rewrite the size in a JPEG's frame header."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


class TestGoodPictures:
    def test_a_png_is_read_exactly(self, scene: NDArray[np.uint8]) -> None:
        assert (read_picture(encoded(scene, ".png"), Encoding.PNG) == scene).all()

    def test_a_jpeg_is_read_nearly(self, scene: NDArray[np.uint8]) -> None:
        read = read_picture(encoded(scene, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 98), Encoding.JPEG)
        assert read.shape == scene.shape
        assert np.abs(read.astype(int) - scene).mean() < 4

    def test_a_progressive_jpeg_with_restarts_is_read(self, scene: NDArray[np.uint8]) -> None:
        options = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 4)
        data = encoded(scene, ".jpg", *options)
        assert read_picture(data, Encoding.JPEG).shape == scene.shape

    def test_a_raw_frame_is_read_without_a_copy(self, scene: NDArray[np.uint8]) -> None:
        data = scene.tobytes()
        read = read_picture(data, Encoding.BGR24, width=160, height=120)
        assert (read == scene).all()
        assert not read.flags.owndata

    def test_a_grey_jpeg_becomes_three_channels(self, scene: NDArray[np.uint8]) -> None:
        assert read_picture(encoded(scene[:, :, 0], ".jpg"), Encoding.JPEG).shape == (120, 160, 3)

    def test_bytes_after_the_end_of_a_jpeg_do_no_harm(self, jpeg: bytes) -> None:
        assert read_picture(jpeg + b"\0" * 100, Encoding.JPEG).shape == (320, 416, 3)

    @pytest.mark.parametrize(
        ("start", "encoding"),
        [(b"\xff\xd8\xff\xe0", Encoding.JPEG), (b"\x89PNG\r\n\x1a\n", Encoding.PNG)],
    )
    def test_the_first_bytes_tell_the_encoding(self, start: bytes, encoding: Encoding) -> None:
        assert sniff(start + b"more") is encoding


class TestCutOff:
    @pytest.mark.parametrize("percent", range(0, 100, 10))
    def test_a_jpeg_cut_off_anywhere_is_refused(self, jpeg: bytes, percent: int) -> None:
        with pytest.raises(PictureUnreadableError):
            read_picture(jpeg[: len(jpeg) * percent // 100], Encoding.JPEG)

    @pytest.mark.parametrize("percent", range(10, 100, 10))
    def test_a_cut_off_jpeg_with_an_end_glued_on_is_refused(
        self, jpeg: bytes, percent: int
    ) -> None:
        with pytest.raises(PictureUnreadableError):
            read_picture(jpeg[: len(jpeg) * percent // 100] + b"\xff\xd9", Encoding.JPEG)

    @pytest.mark.parametrize("percent", range(0, 100, 10))
    def test_a_png_cut_off_anywhere_is_refused(
        self, scene: NDArray[np.uint8], percent: int
    ) -> None:
        data = encoded(scene, ".png")
        with pytest.raises(PictureUnreadableError):
            read_picture(data[: len(data) * percent // 100], Encoding.PNG)

    def test_the_last_missing_byte_is_noticed(self, jpeg: bytes) -> None:
        with pytest.raises(PictureUnreadableError, match="ends early"):
            read_picture(jpeg[:-1], Encoding.JPEG)

    def test_a_flipped_bit_in_a_png_is_noticed(self, scene: NDArray[np.uint8]) -> None:
        data = bytearray(encoded(scene, ".png"))
        data[len(data) // 2] ^= 1
        with pytest.raises(PictureUnreadableError, match="damaged"):
            read_picture(bytes(data), Encoding.PNG)

    def test_a_flipped_bit_where_no_pixel_is_is_noticed_too(self, scene: NDArray[np.uint8]) -> None:
        data = encoded(scene, ".png")
        note = bytearray(chunk(b"tEXt", b"Comment\0in order"))
        assert read_picture(data[:33] + note + data[33:], Encoding.PNG).shape == scene.shape
        note[-6] ^= 1
        with pytest.raises(PictureUnreadableError, match="damaged"):
            read_picture(data[:33] + note + data[33:], Encoding.PNG)

    @pytest.mark.parametrize("length", [0, 160 * 120 * 3 - 1, 160 * 120 * 3 + 1])
    def test_a_raw_frame_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(PictureUnreadableError, match="160x120 BGR24 takes 57600 bytes"):
            read_picture(bytes(length), Encoding.BGR24, width=160, height=120)


class TestBombs:
    def test_a_png_that_claims_to_be_huge_is_refused_before_it_is_unpacked(self) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(PictureUnreadableError, match="20000x20000 pixels are more than"):
            read_picture(png_of_size(20_000, 20_000), Encoding.PNG)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000

    def test_a_jpeg_that_claims_to_be_huge_is_refused(self, jpeg: bytes) -> None:
        with pytest.raises(PictureUnreadableError, match="65000x65000"):
            read_picture(jpeg_of_size(jpeg, 65_000, 65_000), Encoding.JPEG)

    def test_a_second_header_with_a_huge_size_is_refused(self, jpeg: bytes) -> None:
        at = jpeg.index(b"\xff\xc0")
        header = jpeg_of_size(jpeg, 65_000, 65_000)[at : at + 19]
        with pytest.raises(PictureUnreadableError, match="65000x65000"):
            read_picture(jpeg[:at] + jpeg[at : at + 19] + header + jpeg[at + 19 :], Encoding.JPEG)

    def test_a_jpeg_of_endless_scans_is_refused(self, jpeg: bytes) -> None:
        scan = jpeg.index(b"\xff\xda")
        with pytest.raises(PictureUnreadableError, match="scans"):
            read_picture(jpeg[:scan] + jpeg[scan:-2] * 70 + b"\xff\xd9", Encoding.JPEG)

    def test_a_png_of_endless_chunks_is_refused(self, scene: NDArray[np.uint8]) -> None:
        data = encoded(scene, ".png")
        padded = data[:33] + chunk(b"tEXt", b"a\0b") * 5000 + data[33:]
        with pytest.raises(PictureUnreadableError, match="ends early"):
            read_picture(padded, Encoding.PNG)

    def test_more_bytes_than_any_camera_sends_are_refused(self) -> None:
        with pytest.raises(PictureUnreadableError, match="MiB"):
            read_picture(b"\xff\xd8\xff" + bytes(MAX_BYTES), Encoding.JPEG)

    @pytest.mark.parametrize(
        ("width", "height"), [(0, 0), (-5, 100), (15, 4000), (100_000, 100_000)]
    )
    def test_a_raw_frame_of_absurd_size_is_refused(self, width: int, height: int) -> None:
        with pytest.raises(PictureUnreadableError, match="pixels"):
            read_picture(b"", Encoding.BGR24, width=width, height=height)


class TestNonsense:
    @pytest.mark.parametrize("encoding", [Encoding.JPEG, Encoding.PNG])
    def test_no_bytes_are_called_empty(self, encoding: Encoding) -> None:
        with pytest.raises(PictureUnreadableError, match="empty"):
            read_picture(b"", encoding)

    def test_nothing_can_be_told_of_no_bytes(self) -> None:
        with pytest.raises(PictureUnreadableError, match="empty"):
            sniff(b"")

    def test_another_format_is_named_as_such(self) -> None:
        with pytest.raises(PictureUnreadableError, match="neither JPEG nor PNG"):
            sniff(b"GIF89a")

    def test_a_png_called_a_jpeg_is_refused(self, scene: NDArray[np.uint8]) -> None:
        with pytest.raises(PictureUnreadableError, match="no JPEG"):
            read_picture(encoded(scene, ".png"), Encoding.JPEG)

    @given(st.binary(max_size=400), st.sampled_from([Encoding.JPEG, Encoding.PNG]))
    def test_random_bytes_are_refused_cleanly(self, noise: bytes, encoding: Encoding) -> None:
        starts = {Encoding.JPEG: b"\xff\xd8\xff", Encoding.PNG: b"\x89PNG\r\n\x1a\n"}
        for data in (noise, starts[encoding] + noise):
            with pytest.raises(PictureUnreadableError):
                read_picture(data, encoding)

    @given(data=st.data())
    def test_a_damaged_jpeg_is_read_or_refused_but_nothing_else(
        self, data: st.DataObject, jpeg: bytes
    ) -> None:
        damaged = bytearray(jpeg)
        for _ in range(data.draw(st.integers(1, 5))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        try:
            picture = read_picture(bytes(damaged), Encoding.JPEG)
        except PictureUnreadableError:
            return
        assert picture.ndim == 3
