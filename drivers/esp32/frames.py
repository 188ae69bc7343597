"""Frames of the framed dialect: pure, without any wire and without any meaning.

On the wire a frame is ``00``, the stuffed body (`drivers.esp32.cobs`), ``00``. The body, numbers
big-endian:

====== ======= =====================================================
offset length  what
====== ======= =====================================================
0      1       version of the dialect, 2
1      1       type of the message
2      1       length of the payload
3      2       session: chosen by the host, the same for both sides
5      2       sequence number
7      0 to 64 payload
last 2 2       CRC-16/CCITT-FALSE of everything before it
====== ======= =====================================================

The zero in front ends whatever noise came before, so that noise never costs the frame after it.
The length is there because this checksum alone cannot tell a frame from the same one with a zero
behind it, which is what a single flipped bit in the last byte on the wire makes of it.
"""

from __future__ import annotations

import struct

import msgspec

from drivers.esp32 import cobs
from drivers.esp32.crc16 import crc16

VERSION = 2
PAYLOAD_MAX = 64
NUMBER_MAX = 0xFFFF
_HEADER = struct.Struct(">BBBHH")
_CRC = struct.Struct(">H")
_BODY_MIN = _HEADER.size + _CRC.size
_STUFFED_MAX = _BODY_MIN + PAYLOAD_MAX + 1
WIRE_MAX = _STUFFED_MAX + 2
"""Bytes of the longest frame, both zeros included."""


class Frame(msgspec.Struct, frozen=True):
    """One frame.

    Attributes:
        kind: type of the message, 0 to 255; `drivers.esp32.framed_dialect` knows them.
        session: 0 to 65535.
        number: sequence number, 0 to 65535.
        payload: up to 64 bytes.
    """

    kind: int
    session: int
    number: int
    payload: bytes = b""


def encode_frame(frame: Frame) -> bytes:
    """Return the frame's bytes on the wire.

    Raises:
        ValueError: a field is out of its bounds.
    """
    if len(frame.payload) > PAYLOAD_MAX:
        raise ValueError(f"a frame carries up to {PAYLOAD_MAX} bytes, not {len(frame.payload)}")
    try:
        header = _HEADER.pack(VERSION, frame.kind, len(frame.payload), frame.session, frame.number)
    except struct.error as error:
        raise ValueError(f"no such frame: {error}") from error
    body = header + frame.payload
    return b"\0" + cobs.encode(body + _CRC.pack(crc16(body))) + b"\0"


def decode_frame(stuffed: bytes) -> Frame | None:
    """Return the frame between two zeros, or None if these bytes are none of this version."""
    try:
        whole = cobs.decode(stuffed)
    except cobs.CobsError:
        return None
    body, checksum = whole[: -_CRC.size], whole[-_CRC.size :]
    if not _BODY_MIN <= len(whole) <= _BODY_MIN + PAYLOAD_MAX:
        return None
    if _CRC.pack(crc16(body)) != checksum:
        return None
    version, kind, length, session, number = _HEADER.unpack_from(body)
    payload = body[_HEADER.size :]
    if version != VERSION or length != len(payload):
        return None
    return Frame(kind, session, number, payload)


class FrameParser:
    """Finds the frames in a stream of bytes that comes in arbitrary pieces, with noise between."""

    def __init__(self) -> None:
        self._piece = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes and return the frames that they complete, in order."""
        frames: list[Frame] = []
        pieces = data.split(b"\0")
        for piece in pieces[:-1]:
            self._append(piece)
            frame = decode_frame(bytes(self._piece))  # a piece that was too long is empty by now
            if frame is not None:
                frames.append(frame)
            self._piece.clear()
            self._too_long = False
        self._append(pieces[-1])
        return frames

    def _append(self, piece: bytes) -> None:
        if len(self._piece) + len(piece) > _STUFFED_MAX:
            self._too_long = True
            self._piece.clear()
        if not self._too_long:
            self._piece += piece
