"""One file of a flight recording: JSON lines of an hour at most, compressed once it is over.

`20260301T080000.jsonl` is being written, `20260301T080000.jsonl.gz` is closed. The names are the
moments in UTC at which they were begun. A power cut leaves a file that ends in the middle of a
line: it can be read up to there, and the next start begins another.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

OPEN: Final = ".jsonl"
CLOSED: Final = ".jsonl.gz"

_PRIVATE: Final = 0o600
_NAME: Final = re.compile(r"([0-9]{8}T[0-9]{6})\.jsonl(?:\.gz)?")
_STAMP: Final = "%Y%m%dT%H%M%S"
_READ_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Segment:
    """A file of the recording.

    Attributes:
        began: its name, such as ``20260301T080000``; sorts by time.
        path: the file.
        size: in bytes.
    """

    began: str
    path: Path
    size: int

    @property
    def is_closed(self) -> bool:
        """Whether it is compressed."""
        return self.path.name.endswith(CLOSED)


def stamp_of(moment: datetime) -> str:
    """Return the name of a segment that is begun at a moment."""
    return moment.astimezone(timezone.utc).strftime(_STAMP)


def segments(folder: Path) -> tuple[Segment, ...]:
    """List a recording's files, the oldest first; none where there is no folder.

    Raises:
        OSError: the folder cannot be read.
    """
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        named = _NAME.fullmatch(path.name)
        if named is not None and path.is_file():
            found.append(Segment(named[1], path, path.stat().st_size))
    return tuple(sorted(found, key=lambda one: (one.began, one.path.name)))


def close(segment: Segment) -> None:
    """Compress a segment. Cut anywhere, it is there before or after, or both.

    Raises:
        OSError: the disk refuses; the segment is as it was.
    """
    target = segment.path.with_name(f"{segment.began}{CLOSED}")
    part = target.with_name(f"{target.name}.part")
    try:
        with (
            segment.path.open("rb") as plain,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file,
        ):
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                while block := plain.read(_READ_BYTES):
                    packed.write(block)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    segment.path.unlink(missing_ok=True)


def text_of(segment: Segment, most_bytes: int) -> str:
    """Return what a segment says, up to where it was cut or damaged, in whole lines.

    Args:
        segment: closed or not.
        most_bytes: of text, from its beginning.

    Raises:
        OSError: it cannot be read at all.
    """
    content = bytearray()
    with (gzip.open if segment.is_closed else open)(segment.path, "rb") as file:
        try:
            while len(content) < most_bytes:
                block = file.read(min(_READ_BYTES, most_bytes - len(content)))
                if not block:
                    break
                content += block
        except (EOFError, zlib.error, gzip.BadGzipFile):
            pass  # what came before is all that there is
    whole = content[: content.rfind(b"\n") + 1]
    return whole.decode("utf-8", "replace")
