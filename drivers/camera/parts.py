"""Pictures in a pipe: ``multipart/x-mixed-replace`` as GStreamer's multipartmux writes it.

Each part is ``--b``, headers of which ``Content-Type`` and ``Content-Length`` are needed, an empty
line and the bytes; lines end with CR LF (RFC 2046 5.1, https://gstreamer.freedesktop.org/
documentation/multipart/multipartmux.html). The length is what ends a part: a picture may hold
anything, the boundary too.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from drivers.ports import WrongAnswerError

BOUNDARY: Final = "b"
HEAD_MOST_BYTES: Final = 1024
PART_MOST_BYTES: Final = 32 * 1024 * 1024
"""The longest picture that is believed: 4K as a PNG is about 20 MiB."""

_DELIMITER: Final = f"--{BOUNDARY}\r\n".encode()
_END_OF_HEAD: Final = b"\r\n\r\n"


class Kind(Enum):
    """What a part is, by its ``Content-Type``."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GREY = "video/x-raw"
    """A tiny grey copy of the picture beside it, one byte a pixel: how bright the picture is."""


class Part(msgspec.Struct, frozen=True):
    """One part.

    Attributes:
        kind: what it is.
        data: its bytes.
        number: of the exposure, where the camera's process counts them (``X-Sequence``).
    """

    kind: Kind
    data: bytes
    number: int | None = None


def written(part: Part) -> bytes:
    """Return a part as it goes into the pipe."""
    head = f"Content-Type: {part.kind.value}\r\nContent-Length: {len(part.data)}\r\n"
    if part.number is not None:
        head += f"X-Sequence: {part.number}\r\n"
    return b"".join((_DELIMITER, head.encode(), b"\r\n", part.data, b"\r\n"))


class PartReader:
    """Finds the parts in what comes out of the pipe, however it is cut."""

    def __init__(self, most_bytes: int = PART_MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pending = bytearray()
        self._head: tuple[Kind, int, int | None] | None = None

    def feed(self, some: bytes) -> list[Part]:
        """Take in bytes, and return the parts that are whole now.

        Raises:
            WrongAnswerError: this is no such stream, or a part is longer than is believed.
        """
        self._pending += some
        found = []
        while (part := self._next()) is not None:
            found.append(part)
        return found

    def _next(self) -> Part | None:
        if self._head is None:
            self._head = self._read_head()
        if self._head is None:
            return None
        kind, length, number = self._head
        if len(self._pending) < length:
            return None
        data = bytes(self._pending[:length])
        del self._pending[:length]
        self._head = None
        return Part(kind, data, number)

    def _read_head(self) -> tuple[Kind, int, int | None] | None:
        end = self._pending.find(_END_OF_HEAD, 0, HEAD_MOST_BYTES)
        # Before the first part there is nothing, before the others the line end of the last one.
        begins = bytes(self._pending[: 2 + len(_DELIMITER)]).removeprefix(b"\r\n")
        if begins != b"\r" and not (_DELIMITER.startswith(begins) or begins.startswith(_DELIMITER)):
            raise WrongAnswerError(f"the camera's process writes no pictures but {begins!r:.40}")
        if end < 0:
            if len(self._pending) >= HEAD_MOST_BYTES:
                raise WrongAnswerError("the camera's process writes a head that does not end")
            return None
        lines = bytes(self._pending[:end]).split(b"\r\n")
        del self._pending[: end + len(_END_OF_HEAD)]
        return self._understood(lines)

    def _understood(self, lines: list[bytes]) -> tuple[Kind, int, int | None]:
        named = (line.partition(b":") for line in lines)
        fields = {name.strip().lower(): value.strip() for name, _, value in named}
        try:
            kind = Kind(fields.get(b"content-type", b"").split(b";")[0].decode("ascii"))
            length = _whole(fields[b"content-length"])
            number = _whole(fields[b"x-sequence"]) if b"x-sequence" in fields else None
        except (KeyError, ValueError) as error:
            raise WrongAnswerError(f"a picture's head is wrong: {error!s:.80}") from error
        if length > self._most_bytes:
            raise WrongAnswerError(f"a picture of {length} bytes is longer than is believed")
        return kind, length, number


def _whole(digits: bytes) -> int:
    """Read a number of at most 18 digits; signs, blanks and underscores are none."""
    if not digits.isdigit() or len(digits) > 18:  # noqa: PLR2004 - far beyond any length
        raise ValueError(f"{digits[:20]!r} is no number")
    return int(digits)
