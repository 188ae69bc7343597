"""Frames: what is sent is what is read, and no damage is ever read as another frame."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.esp32 import cobs
from drivers.esp32.crc16 import crc16
from drivers.esp32.frames import (
    NUMBER_MAX,
    PAYLOAD_MAX,
    WIRE_MAX,
    Frame,
    FrameParser,
    decode_frame,
    encode_frame,
)

NUMBERS = st.integers(0, NUMBER_MAX)
FRAMES = st.builds(Frame, st.integers(0, 255), NUMBERS, NUMBERS, st.binary(max_size=PAYLOAD_MAX))

PUBLISHED = [
    (b"\x00", b"\x01\x01"),
    (b"\x00\x00", b"\x01\x01\x01"),
    (b"\x00\x11\x00", b"\x01\x02\x11\x01"),
    (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
    (b"\x11\x22\x33\x44", b"\x05\x11\x22\x33\x44"),
    (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01"),
    (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255))),
    (bytes(range(255)), b"\x01\xff" + bytes(range(1, 255))),
    (bytes(range(1, 256)), b"\xff" + bytes(range(1, 255)) + b"\x02\xff"),
    (bytes(range(2, 256)) + b"\x00", b"\xff" + bytes(range(2, 256)) + b"\x01\x01"),
    (bytes(range(3, 256)) + b"\x00\x01", b"\xfe" + bytes(range(3, 256)) + b"\x02\x01"),
]
"""The examples of Wikipedia's page on the method, without their delimiter."""


@pytest.mark.parametrize(("data", "stuffed"), PUBLISHED)
def test_stuffs_the_published_examples(data: bytes, stuffed: bytes) -> None:
    assert cobs.encode(data) == stuffed
    assert cobs.decode(stuffed) == data


@given(st.binary(max_size=600))
def test_what_is_stuffed_has_no_zero_and_comes_back(data: bytes) -> None:
    stuffed = cobs.encode(data)
    assert 0 not in stuffed
    assert len(stuffed) <= len(data) + 1 + len(data) // 254
    assert cobs.decode(stuffed) == data


@given(st.binary(max_size=300))
def test_any_bytes_are_unstuffed_or_refused(data: bytes) -> None:
    try:
        found = cobs.decode(data)
    except cobs.CobsError:
        return
    assert cobs.decode(cobs.encode(found)) == found
    assert 0 not in data


def test_the_checksum_has_its_catalogued_check_value() -> None:
    assert crc16(b"123456789") == 0x29B1
    assert crc16(b"") == 0xFFFF


@given(FRAMES)
def test_a_frame_comes_back_equal(frame: Frame) -> None:
    wire = encode_frame(frame)
    assert len(wire) <= WIRE_MAX
    assert wire[0] == wire[-1] == 0
    assert FrameParser().feed(wire) == [frame]


@given(st.lists(FRAMES, max_size=4), st.lists(st.integers(0, 400), max_size=8))
def test_frames_may_come_in_any_pieces(frames: list[Frame], cuts: list[int]) -> None:
    wire = b"".join(map(encode_frame, frames))
    parser, found, at = FrameParser(), list[Frame](), 0
    for cut in [*sorted(cuts), len(wire)]:
        found += parser.feed(wire[at:cut])
        at = max(at, cut)
    assert found == frames


@settings(derandomize=True)
@given(st.binary(max_size=400), FRAMES)
def test_noise_costs_itself_alone(noise: bytes, frame: Frame) -> None:
    assert FrameParser().feed(noise + encode_frame(frame)) == [frame]


def test_log_lines_between_frames_are_noise() -> None:
    frame = Frame(2, 7, 1, b"\x30")
    log = b"I (123) RVM_ESP32: slot open\r\n"
    assert FrameParser().feed(log + encode_frame(frame) + log + encode_frame(frame)) == [frame] * 2


@settings(derandomize=True)
@given(FRAMES, FRAMES, st.data())
def test_half_a_frame_costs_itself_alone(half: Frame, whole: Frame, data: st.DataObject) -> None:
    wire = encode_frame(half)
    cut = data.draw(st.integers(0, len(wire) - 1))
    assert FrameParser().feed(wire[:cut] + encode_frame(whole)) in ([whole], [half, whole])
    if cut < len(wire) - 1:
        assert FrameParser().feed(wire[:cut]) == []


@pytest.mark.parametrize("length", [0, 1, 2, 30, PAYLOAD_MAX])
@pytest.mark.parametrize("filler", [0x00, 0x01, 0xFF])
def test_no_flipped_bit_makes_another_frame(length: int, filler: int) -> None:
    frame = Frame(0x82, 0x0102, 0xFF00, bytes([filler]) * length)
    wire = encode_frame(frame)
    for at in range(8 * len(wire)):
        damaged = bytearray(wire)
        damaged[at // 8] ^= 1 << at % 8
        found = FrameParser().feed(bytes(damaged) + encode_frame(frame))
        assert set(found) == {frame}, f"bit {at}"


@given(FRAMES)
def test_a_frame_with_a_zero_behind_it_is_none(frame: Frame) -> None:
    """CRC-16/CCITT-FALSE alone would take it: appending its own sum leaves a remainder of zero."""
    assert decode_frame(encode_frame(frame).strip(b"\0") + b"\x01") is None


@settings(derandomize=True)
@given(FRAMES, st.data())
def test_changed_bytes_make_no_other_frame(frame: Frame, data: st.DataObject) -> None:
    wire = bytearray(encode_frame(frame))
    for _ in range(data.draw(st.integers(1, 3))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    assert FrameParser().feed(bytes(wire)) in ([], [frame])


def test_another_version_is_none_of_ours() -> None:
    body = b"\x03\x82\x00\x00\x01\x00\x01"
    assert decode_frame(cobs.encode(body + crc16(body).to_bytes(2, "big"))) is None


def test_a_stream_without_an_end_is_not_kept() -> None:
    parser = FrameParser()
    for _ in range(1000):
        assert parser.feed(b"\x41" * 7) == []
        assert len(parser._piece) <= WIRE_MAX
    assert parser.feed(encode_frame(Frame(3, 1, 0))) == [Frame(3, 1, 0)]


def test_a_frame_with_too_much_behind_it_is_none() -> None:
    parser = FrameParser()
    for piece in (encode_frame(Frame(3, 1, 0)).rstrip(b"\0"), b"\x41" * 100, b"\0"):
        assert parser.feed(piece) == []


@pytest.mark.parametrize(
    "frame",
    [
        Frame(2, 1, 1, bytes(PAYLOAD_MAX + 1)),
        Frame(256, 1, 1),
        Frame(2, NUMBER_MAX + 1, 1),
        Frame(2, 1, -1),
    ],
)
def test_what_does_not_fit_is_refused(frame: Frame) -> None:
    with pytest.raises(ValueError, match="frame"):
        encode_frame(frame)
