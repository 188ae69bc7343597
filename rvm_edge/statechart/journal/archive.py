"""Journals that were closed: compressed files beside the journal, which the chain goes on from.

`journal-archive/journal-<first>-<last>.jsonl.gz` holds the rows from `first` to `last`, one JSON
object on each line. The next file's first row, `ARCHIVED`, follows the last of them in number and
hash, and names the file and the head; so the whole chain can be proved from the first file on.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import asdict

from rvm_edge.statechart.document import Json, canonical
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.columns import COLUMNS, UnreadableRowError, decoded
from rvm_edge.statechart.journal.record import ARCHIVED, GENESIS, Record, hash_of

__all__ = [
    "Archive",
    "archive_folder",
    "lines_of",
    "named",
    "proved",
    "read_archive",
    "row_of",
    "sync",
    "write",
]

MOST_LINE_BYTES: Final = 16 * 1024 * 1024
_NAME: Final = re.compile(r"journal-([0-9]{1,15})-([0-9]{1,15})\.jsonl\.gz")
_BLOCK_BYTES: Final = 1024 * 1024
_NESTED: Final = ("data", "before", "after", "taken")


class Archive(msgspec.Struct, frozen=True):
    """A closed journal.

    Attributes:
        path: its file.
        first: its first row's number.
        last: its last row's.
        head: the last row's hash.
    """

    path: Path
    first: int
    last: int
    head: str


def archive_folder(journal: Path) -> Path:
    """Return where a journal's archives lie."""
    return journal.with_name("journal-archive")


def named(path: Path) -> tuple[int, int] | None:
    """Return the first and the last row's number as a file's name says; None for other files."""
    found = _NAME.fullmatch(path.name)
    return (int(found[1]), int(found[2])) if found else None


def write(folder: Path, records: Iterable[Record]) -> Archive:
    """Write an archive, and read it back, before it gets its name; blocks.

    Raises:
        JournalError: the rows are no chain, what was written is not what was read, or another
            journal's archive has the name.
        OSError: the disk refuses. Nothing is left behind then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / "journal.part"
    part.unlink(missing_ok=True)
    try:
        digest = hashlib.sha256()
        with closing(_packed(part, records, digest.update)) as packed:
            first, last = proved(packed)
        if _digest_of(part) != digest.digest():
            raise JournalError(f"archive {part}: what is on the disk is not what was written")
        path = folder / f"journal-{first.seq}-{last.seq}.jsonl.gz"
        if path.exists() and proved(read_archive(path)) != (first, last):
            raise JournalError(f"archive {path} is another journal's")
        part.replace(path)
        sync(folder)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Archive(path, first.seq, last.seq, last.hash)


def read_archive(path: Path) -> Iterator[Record]:
    """Yield an archive's rows.

    Raises:
        JournalError: it is missing, cut or damaged.
        UnreadableRowError: this row is.
    """
    return map(row_of, lines_of(path))


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield an archive's lines, each of which should be a row.

    Raises:
        JournalError: it is missing, or from here on cut or damaged.
    """
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(MOST_LINE_BYTES):
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise JournalError(f"archive {path}: {error}") from error


def row_of(line: bytes) -> Record:
    """Return the row in an archive's line.

    Raises:
        UnreadableRowError: it holds none.
    """
    try:
        document: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableRowError(f"a line of the archive is no JSON: {error}") from error
    if not isinstance(document, dict) or set(document) != {name for name, _ in COLUMNS}:
        raise UnreadableRowError("a line of the archive is no row")
    return decoded(
        [canonical(document[name]) if name in _NESTED else document[name] for name, _ in COLUMNS]
    )


def proved(records: Iterator[Record]) -> tuple[Record, Record]:
    """Return the first row and the last of a chain without a gap.

    Raises:
        JournalError: it is none.
    """
    first = last = next(records, None)
    if first is None or last is None:
        raise JournalError("a journal without rows cannot be archived")
    if first.event != ARCHIVED and (first.seq, first.prev) != (1, GENESIS):
        raise JournalError(f"row {first.seq} cannot be the first of a journal")
    for record in chain((first,), records):
        if record.hash != hash_of(record):
            raise JournalError(f"row {record.seq} does not have its hash")
        if record is not first and (record.seq, record.prev) != (last.seq + 1, last.hash):
            raise JournalError(f"row {record.seq} does not follow row {last.seq}")
        last = record
    return first, last


def sync(folder: Path) -> None:
    """Make a folder's names durable.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _packed(
    part: Path, records: Iterable[Record], told: Callable[[bytes], None]
) -> Generator[Record, None, None]:
    """Write the rows, and yield each one; tell what was written, before it was compressed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            for record in records:
                line = _line(record)
                packed.write(line)
                told(line)
                yield record
        file.flush()
        os.fsync(file.fileno())


def _digest_of(path: Path) -> bytes:
    """Hash what an archive says; by its bytes, because a start waits for this.

    Raises:
        JournalError: it is cut or damaged.
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with gzip.open(path, "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise JournalError(f"archive {path}: {error}") from error
    return digest.digest()


def _line(record: Record) -> bytes:
    document: dict[str, Json] = {
        **asdict(record),
        "data": dict(record.data),
        "before": list(record.before),
        "after": list(record.after),
        "taken": list(record.taken),
    }
    return canonical(document).encode("ascii") + b"\n"
