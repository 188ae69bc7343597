"""Pictures cross by memory that has no name and cannot change its size."""

from __future__ import annotations

import os

import pytest

from drivers.ports import Encoding, Frame
from rvm_edge.vision.shared_frames import SharedFrames, TooMuchError, map_frames


def frame(data: bytes) -> Frame:
    return Frame(data, Encoding.JPEG, 0, 0, 0.0, 0)


def test_what_is_put_in_is_read_at_the_offsets_that_were_told() -> None:
    with SharedFrames(1 << 16) as shared:
        pictures = shared.put([frame(b"first"), frame(b""), frame(b"third" * 1000)])
        memory = map_frames(shared.fd)
        read = [bytes(memory[one.offset : one.offset + one.length]) for one in pictures]
    assert read == [b"first", b"", b"third" * 1000]


def test_the_next_item_takes_the_place_of_the_one_before() -> None:
    with SharedFrames(100) as shared:
        memory = map_frames(shared.fd)
        shared.put([frame(b"a" * 100)])
        shared.put([frame(b"b" * 60)])
        assert bytes(memory[:60]) == b"b" * 60


def test_the_size_travels_with_the_picture() -> None:
    raw = Frame(bytes(48), Encoding.BGR24, 4, 4, 0.0, 0)
    with SharedFrames(100) as shared:
        (picture,) = shared.put([raw])
    assert (picture.encoding, picture.width, picture.height) == (Encoding.BGR24, 4, 4)


def test_what_does_not_fit_is_refused_and_nothing_is_written() -> None:
    with SharedFrames(100) as shared:
        shared.put([frame(b"a" * 100)])
        with pytest.raises(TooMuchError, match="101 bytes; at most 100"):
            shared.put([frame(b"b" * 50), frame(b"b" * 51)])
        with pytest.raises(TooMuchError, match="18 pictures"):
            shared.put([frame(b"b")] * 18)
        assert bytes(map_frames(shared.fd)) == b"a" * 100


@pytest.mark.parametrize("size", [0, 50, 200])
def test_nobody_can_shrink_or_grow_it_under_the_reader(size: int) -> None:
    with SharedFrames(100) as shared, pytest.raises(PermissionError):
        os.ftruncate(shared.fd, size)


def test_the_reader_cannot_write() -> None:
    with SharedFrames(100) as shared:
        memory = map_frames(shared.fd)
        with pytest.raises(TypeError):
            memory[0] = 1


def test_it_has_no_name_and_goes_with_its_owner() -> None:
    with SharedFrames(100) as shared:
        fd = shared.fd
        assert os.fstat(fd).st_nlink == 0
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
