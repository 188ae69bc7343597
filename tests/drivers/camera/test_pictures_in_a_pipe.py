"""The pipe's framing: what was written is read, however it is cut, and nothing else is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera.parts import HEAD_MOST_BYTES, Kind, Part, PartReader, written
from drivers.ports import WrongAnswerError

parts = st.lists(
    st.builds(
        Part,
        st.sampled_from(Kind),
        st.binary(max_size=80) | st.just(b"--b\r\nContent-Type: image/jpeg\r\n\r\n"),
        st.none() | st.integers(0, 10**9),
    ),
    max_size=5,
)


@given(parts, st.data())
def test_what_is_written_is_read_however_it_is_cut(sent: list[Part], data: st.DataObject) -> None:
    stream = b"".join(written(part) for part in sent)
    reader, read = PartReader(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        read += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert read == sent


@given(st.binary(max_size=300))
def test_any_bytes_are_parts_or_refused(some: bytes) -> None:
    with pytest.raises(WrongAnswerError, match=r"^[^\n]+$"):
        PartReader().feed(some + bytes(HEAD_MOST_BYTES))


def head(lines: bytes) -> bytes:
    return b"--b\r\n" + lines + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (b"GStreamer says hello", "writes no pictures but b'GSt"),
        (b"--c\r\n", "writes no pictures"),
        (head(b"Content-Type: text/html\r\nContent-Length: 3"), "text/html"),
        (head(b"Content-Length: 3"), "head is wrong"),
        (head(b"Content-Type: image/jpeg"), "content-length"),
        (head(b"Content-Type: image/jpeg\r\nContent-Length: -3"), "no number"),
        (head(b"Content-Type: image/jpeg\r\nContent-Length: 3_0"), "no number"),
        (head(b"Content-Type: image/jpeg\r\nContent-Length: 101"), "101 bytes is longer"),
        (b"--b\r\n" + b"x: y\r\n" * 300, "a head that does not end"),
    ],
)
def test_another_stream_is_refused_in_one_line(stream: bytes, said: str) -> None:
    with pytest.raises(WrongAnswerError, match=said):
        PartReader(most_bytes=100).feed(stream)
