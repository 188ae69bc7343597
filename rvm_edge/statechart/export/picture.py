"""Pictures of a chart, drawn by Graphviz's ``dot`` and stamped with what they were drawn from.

Two versions of Graphviz draw the same source differently, byte by byte. So a picture carries the
SHA-256 of its source, and that is what tells whether it is still true.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import zlib
from enum import Enum

__all__ = ["PictureError", "PictureFormat", "render", "source_hash", "stamp_of"]

LIMIT_S = 60.0
"""Longer than `dot` needs for the largest chart that anybody could read."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"dot-sha256"
RESOLUTION_DPI = 110
_SVG_STAMP = re.compile(rb"<!-- dot-sha256: ([0-9a-f]{64}) -->")


class PictureError(Exception):
    """No picture could be drawn. The message says what to do."""


class PictureFormat(Enum):
    """What a picture is made of."""

    SVG = "svg"
    PNG = "png"


def source_hash(source: str) -> str:
    """Return the SHA-256 of Graphviz source, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()


def render(source: str, form: PictureFormat, *, limit_s: float = LIMIT_S) -> bytes:
    """Draw Graphviz source and stamp the picture with the source's hash.

    Raises:
        PictureError: ``dot`` is not installed, failed, or took longer than `limit_s`.
    """
    program = shutil.which("dot")
    if program is None:
        raise PictureError(
            "Graphviz's dot is not installed, and pictures need it: apt-get install graphviz"
        )
    command = [program, f"-T{form.value}"]
    if form is PictureFormat.PNG:
        command.append(f"-Gdpi={RESOLUTION_DPI}")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; the source goes to its standard input
            command, input=source.encode(), capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PictureError(f"{program} drew for more than {limit_s:g} s and was stopped") from error
    except OSError as error:
        raise PictureError(f"{program} cannot be run: {error.strerror}") from error
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[0] if said else "it said nothing"
        raise PictureError(f"{program} failed with code {done.returncode}: {why}")
    stamp = source_hash(source)
    if form is PictureFormat.SVG:
        return done.stdout.rstrip() + f"\n<!-- dot-sha256: {stamp} -->\n".encode()
    return _stamp_png(done.stdout, stamp)


def stamp_of(picture: bytes) -> str | None:
    """Return the hash that a picture made by `render` carries, or None where it carries none."""
    if picture.startswith(PNG_SIGNATURE):
        return _png_stamp(picture)
    found = _SVG_STAMP.search(picture)
    return found[1].decode() if found else None


def _stamp_png(picture: bytes, stamp: str) -> bytes:
    """Put the stamp into a tEXt chunk before the last one (PNG, ISO/IEC 15948, 11.3.4.3)."""
    if not picture.startswith(PNG_SIGNATURE) or len(picture) < len(PNG_SIGNATURE) + 12:
        raise PictureError("dot gave something that is not a PNG picture")
    body = b"tEXt" + PNG_KEYWORD + b"\0" + stamp.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return picture[:-12] + chunk + picture[-12:]


def _png_stamp(picture: bytes) -> str | None:
    """Walk the chunks: length, type, data, checksum (ISO/IEC 15948, 5.3)."""
    place = len(PNG_SIGNATURE)
    while place + 12 <= len(picture):
        length = int.from_bytes(picture[place : place + 4], "big")
        kind = picture[place + 4 : place + 8]
        data = picture[place + 8 : place + 8 + length]
        if kind == b"tEXt" and data.startswith(PNG_KEYWORD + b"\0"):
            return data[len(PNG_KEYWORD) + 1 :].decode("ascii", errors="replace")
        place += 12 + length
    return None
