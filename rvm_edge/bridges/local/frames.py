"""A text message as it goes over the wire: RFC 6455, section 5.2.

A server's frames carry no mask, and this one offers no compression: so one frame fits every client,
and is made once however many there are.
"""

from __future__ import annotations

import struct

_TEXT = 0x81  # the whole of a text message
_SHORT = 125
_MEDIUM = 0xFFFF


def text_frame(payload: bytes) -> bytes:
    """Return the frame of one whole text message.

    Args:
        payload: UTF-8.
    """
    length = len(payload)
    if length <= _SHORT:
        return struct.pack("!BB", _TEXT, length) + payload
    if length <= _MEDIUM:
        return struct.pack("!BBH", _TEXT, 126, length) + payload
    return struct.pack("!BBQ", _TEXT, 127, length) + payload
