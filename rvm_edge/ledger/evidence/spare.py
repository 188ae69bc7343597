"""Gives room back: the pictures that nobody waits for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rvm_edge.ledger.evidence import bounds, files
from rvm_edge.ledger.evidence.book import PictureBook
from rvm_edge.ledger.reading import read_only
from rvm_edge.offload import Offload


async def release(folder: Path, book: PictureBook, wanted_bytes: int, offload: Offload) -> int:
    """Remove pictures that may go until so much is free; return how many bytes went.

    The rows first: a power cut in between leaves files that the next start removes.

    Raises:
        LedgerError: the ledger refuses; nothing went.
        OSError: the disk refuses.
    """
    going = await book.take_out_spare(wanted_bytes)
    uuids = tuple(uuid for uuid, _ in going)
    await offload(partial(files.remove_pictures, folder, uuids))
    return sum(size for _, size in going)


def release_unrecorded(ledger: Path, folder: Path, wanted_bytes: int) -> int:
    """Remove pictures that may go while the ledger can only be read; return how many bytes went.

    For a disk so full that not even the row can be written that says what goes. The next start
    finds the files gone and records that.

    Raises:
        LedgerError: the ledger cannot be read; nothing went.
        OSError: the disk refuses.
    """
    with read_only(ledger) as connection:
        going = bounds.spare(connection, wanted_bytes=wanted_bytes)
    files.remove_pictures(folder, tuple(uuid for uuid, _ in going))
    return sum(size for _, size in going)
