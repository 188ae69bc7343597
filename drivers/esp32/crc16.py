"""CRC-16/CCITT-FALSE, which closes every frame."""

from __future__ import annotations

import binascii

_INITIAL = 0xFFFF


def crc16(data: bytes) -> int:
    """Return the checksum of `data`: polynomial 0x1021, initial value 0xFFFF, nothing reflected.

    Its catalogued check value is 0x29B1, for the nine bytes ``123456789``.
    """
    return binascii.crc_hqx(data, _INITIAL)
