"""One file of a flight recording: JSON lines of an hour at most, compressed once it is over.

`000017-20260301T080000.jsonl` is being written, `000017-20260301T080000.jsonl.gz` is closed. The
number tells the order in which they were begun, which no clock has a say in; the moment is that
clock's, in UTC. A power cut leaves a file that ends in the middle of a line: it can be read up to
there, and the next start begins another.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import msgspec

OPEN: Final = ".jsonl"
CLOSED: Final = ".jsonl.gz"

_PRIVATE: Final = 0o600
_NAME: Final = re.compile(r"(?:([0-9]{6,9})-)?([0-9]{8}T[0-9]{6})\.jsonl(?:\.gz)?")
_STAMP: Final = "%Y%m%dT%H%M%S"
_HOUR_CHARS: Final = len("20260301T08")
_READ_BYTES: Final = 1024 * 1024


class Segment(msgspec.Struct, frozen=True):
    """A file of the recording.

    Attributes:
        number: of all that were ever begun here; 0 where an older version began it.
        began: when, such as ``20260301T080000``, as the clock said then.
        path: the file.
        size: in bytes.
    """

    number: int
    began: str
    path: Path
    size: int

    @property
    def name(self) -> str:
        """Its file's name without what tells whether it is compressed."""
        return self.path.name.partition(".")[0]

    @property
    def hour(self) -> str:
        """The hour in which it was begun, such as ``20260301T08``."""
        return hour_of(self.began)

    @property
    def is_closed(self) -> bool:
        """Whether it is compressed."""
        return self.path.name.endswith(CLOSED)


def stamp_of(moment: datetime) -> str:
    """Return a moment as it stands in a segment's name."""
    return moment.astimezone(timezone.utc).strftime(_STAMP)


def hour_of(stamp: str) -> str:
    """Return the hour of a moment such as `stamp_of` returns."""
    return stamp[:_HOUR_CHARS]


def opened_name(number: int, stamp: str) -> str:
    """Return the name of a segment that is begun."""
    return f"{number:06}-{stamp}{OPEN}"


def segments(folder: Path) -> tuple[Segment, ...]:
    """List a recording's files in the order in which they were begun; none without a folder.

    Raises:
        OSError: the folder cannot be read.
    """
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        named = _NAME.fullmatch(path.name)
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue  # a running machine compressed or removed it just now
        if named is not None and stat.S_ISREG(status.st_mode):
            found.append(Segment(int(named[1] or 0), named[2], path, status.st_size))
    return tuple(sorted(found, key=lambda one: (one.number, one.began, one.path.name)))


def close(segment: Segment) -> None:
    """Compress a segment. Cut anywhere, it is there before or after, or both.

    Raises:
        OSError: the disk refuses; the segment is as it was.
    """
    target = segment.path.with_name(f"{segment.name}{CLOSED}")
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
        most_bytes: of text; of more the end.

    Raises:
        OSError: it cannot be read at all.
    """
    content = bytearray()
    is_cut = False
    with (gzip.open if segment.is_closed else open)(segment.path, "rb") as file:
        try:
            while block := file.read(_READ_BYTES):
                content += block
                is_cut = is_cut or len(content) > most_bytes
                del content[: max(0, len(content) - most_bytes)]
        except (EOFError, zlib.error, gzip.BadGzipFile):
            pass  # what came before is all that there is
    begins = content.find(b"\n") + 1 if is_cut else 0
    whole = content[begins : content.rfind(b"\n") + 1]
    return whole.decode("utf-8", "replace")
