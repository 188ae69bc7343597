"""Picture files: each appears under its name only when it is whole and on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rvm_edge.ledger.durable_files import sync_folder

_SUFFIX = ".jpg"
_UNFINISHED = ".part"


@dataclass(frozen=True)
class Found:
    """A picture file that lies in the folder.

    Attributes:
        client_uuid: whose picture its name says that it is.
        size: in bytes.
    """

    client_uuid: str
    size: int


def path_of(folder: Path, client_uuid: str) -> Path:
    """Return where an item's picture lies, or would lie."""
    return folder / f"{client_uuid}{_SUFFIX}"


def write_picture(folder: Path, client_uuid: str, jpeg: bytes) -> None:
    """Write a picture, readable by its owner alone, in place of one that may be there.

    Raises:
        OSError: the disk refuses; whatever was there before still is.
    """
    target = path_of(folder, client_uuid)
    unfinished = target.with_name(f"{target.name}{_UNFINISHED}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(jpeg)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def read_picture(folder: Path, client_uuid: str) -> bytes | None:
    """Return a picture, or None if it is not there or empty.

    Raises:
        OSError: the disk refuses.
    """
    try:
        return path_of(folder, client_uuid).read_bytes() or None
    except FileNotFoundError:
        return None


def remove_pictures(folder: Path, uuids: tuple[str, ...]) -> None:
    """Remove pictures; those that are gone already are fine.

    Raises:
        OSError: the disk refuses.
    """
    for client_uuid in uuids:
        path_of(folder, client_uuid).unlink(missing_ok=True)


def survey(folder: Path) -> tuple[Found, ...]:
    """Make the folder if needed, remove what a power cut left half written, and list the rest.

    Raises:
        OSError: the disk refuses.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_UNFINISHED):
                Path(entry.path).unlink(missing_ok=True)
            elif entry.name.endswith(_SUFFIX) and entry.is_file(follow_symlinks=False):
                found.append(Found(entry.name[: -len(_SUFFIX)], entry.stat().st_size))
    return tuple(found)
