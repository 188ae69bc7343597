"""Which archives a journal goes on from, and its rows together with theirs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.archive import archive_folder, named, read_archive
from rvm_edge.statechart.journal.reading import read, tail
from rvm_edge.statechart.journal.record import ARCHIVED, Record

__all__ = ["Lineage", "archives", "lineage", "read_whole", "tail_whole"]


class Lineage(msgspec.Struct, frozen=True):
    """The archives beside a journal.

    Attributes:
        chain: those that it goes on from, the oldest first, as far as they are here.
        strays: those that it does not lead to.
    """

    chain: tuple[Path, ...]
    strays: tuple[Path, ...]


def lineage(journal: Path) -> Lineage:
    """Follow a journal back through its archives.

    Each one's first row names the one before. Where that row cannot be read, or names a file that
    is not here, the numbers in the files' names tell where to go on; whether the rows follow each
    other is for `verify` to say.

    Raises:
        OSError: the folder of the archives cannot be read.
    """
    folder = archive_folder(journal)
    here = {
        path: numbers
        for path in _files(folder)
        if (numbers := named(path)) is not None and numbers[0] <= numbers[1]
    }
    chain: list[Path] = []
    first = _first(read(journal))
    below = first.seq if first else max((last for _, last in here.values()), default=0) + 1
    while first is None or first.event == ARCHIVED:
        told = None if first is None else folder / str(first.data.get("file"))
        if told not in here or here[told][1] != below - 1:
            older = [path for path, (_, last) in here.items() if last < below]
            told = max(older, key=lambda path: (here[path][1], -here[path][0]), default=None)
        if told is None:
            break
        chain.append(told)
        first = _first(read_archive(told))
        below = here[told][0]
    strays = sorted(set(here) - set(chain), key=lambda path: here[path])
    return Lineage(tuple(reversed(chain)), tuple(strays))


def archives(journal: Path) -> tuple[Path, ...]:
    """Return the archives that a journal goes on from, the oldest first, as far as they are here.

    Raises:
        JournalError: their folder cannot be read.
    """
    try:
        return lineage(journal).chain
    except OSError as error:
        raise JournalError(f"archives {archive_folder(journal)}: {error.strerror}") from error


def read_whole(journal: Path, *, after: int = 0) -> Iterator[Record]:
    """Yield the rows of a journal and of its archives whose `seq` is above `after`, in order.

    Raises:
        JournalError: see `read` and `read_archive`.
    """
    for path in archives(journal):
        numbers = named(path)
        if numbers is not None and numbers[1] > after:
            yield from (record for record in read_archive(path) if record.seq > after)
    yield from read(journal, after=after)


def tail_whole(journal: Path, count: int) -> tuple[Record, ...]:
    """Return the last `count` rows of a journal and of its archives, oldest first.

    Raises:
        JournalError: see `read` and `read_archive`.
    """
    found = tail(journal, count)
    if not found or len(found) >= count:
        return found
    before: deque[Record] = deque(maxlen=count - len(found))
    for path in archives(journal):
        numbers = named(path)
        if numbers is not None and numbers[1] >= found[0].seq - (count - len(found)):
            before.extend(read_archive(path))
    return (*before, *found)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in (folder.iterdir() if folder.is_dir() else ()) if path.is_file())


def _first(records: Iterator[Record]) -> Record | None:
    """Return a file's first row; None where it cannot be read."""
    try:
        return next(records, None)
    except JournalError:
        return None
