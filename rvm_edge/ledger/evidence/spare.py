"""Gives room back: the pictures that nobody waits for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rvm_edge.ledger.evidence import files
from rvm_edge.ledger.evidence.book import PictureBook
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
