"""Consistent Overhead Byte Stuffing: bytes without any zero, so that a zero can end a frame.

After Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999.
"""

from __future__ import annotations

_LONGEST_RUN = 254


class CobsError(ValueError):
    """These bytes were not made by `encode`."""


def encode(data: bytes) -> bytes:
    """Return `data` stuffed: at least one byte, at most one in 254 longer, and without a zero."""
    stuffed = bytearray()
    runs = data.split(b"\0")
    for number, run in enumerate(runs, start=1):
        rest = run
        while len(rest) >= _LONGEST_RUN:
            stuffed.append(_LONGEST_RUN + 1)
            stuffed += rest[:_LONGEST_RUN]
            rest = rest[_LONGEST_RUN:]
            if not rest and number == len(runs):
                return bytes(stuffed)
        stuffed.append(len(rest) + 1)
        stuffed += rest
    return bytes(stuffed)


def decode(stuffed: bytes) -> bytes:
    """Return what `encode` was given.

    Raises:
        CobsError: a zero is in there, nothing is, or the end is missing.
    """
    if not stuffed or 0 in stuffed:
        raise CobsError("no stuffed bytes")
    data = bytearray()
    at = 0
    while at < len(stuffed):
        length = stuffed[at]
        run = stuffed[at + 1 : at + length]
        if len(run) < length - 1:
            raise CobsError("the end is missing")
        data += run
        at += length
        if length <= _LONGEST_RUN and at < len(stuffed):
            data.append(0)
    return bytes(data)
