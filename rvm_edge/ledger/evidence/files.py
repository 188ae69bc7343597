"""Picture files: each appears under its name only when it is whole and on disk.

Beside an item's picture may lie its cut-out, which the second judge made; it never lies alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from rvm_edge.durable_files import put_in_place

_SUFFIX = ".jpg"
_CUT_SUFFIX = ".cut.jpg"
_UNFINISHED = ".part"


class Found(msgspec.Struct, frozen=True):
    """A picture file that lies in the folder.

    Attributes:
        client_uuid: whose picture its name says that it is.
        size: in bytes, with its cut-out; 0 for a file that holds no picture.
    """

    client_uuid: str
    size: int


def path_of(folder: Path, client_uuid: str) -> Path:
    """Return where an item's picture lies, or would lie."""
    return folder / f"{client_uuid}{_SUFFIX}"


def cut_out_path_of(folder: Path, client_uuid: str) -> Path:
    """Return where the cut-out beside an item's picture lies, or would lie."""
    return folder / f"{client_uuid}{_CUT_SUFFIX}"


def write_picture(folder: Path, client_uuid: str, jpeg: bytes) -> None:
    """Write a picture, readable by its owner alone, in place of one that may be there.

    Raises:
        OSError: the disk refuses; whatever was there before still is.
    """
    _write(path_of(folder, client_uuid), jpeg)


def write_cut_out(folder: Path, client_uuid: str, jpeg: bytes) -> None:
    """Write what is to lie beside an item's picture, before the picture itself.

    Raises:
        OSError: the disk refuses.
    """
    _write(cut_out_path_of(folder, client_uuid), jpeg)


def _write(target: Path, jpeg: bytes) -> None:
    put_in_place(target, jpeg, target.with_name(f"{target.name}{_UNFINISHED}"))


def read_picture(folder: Path, client_uuid: str) -> bytes | None:
    """Return a picture, or None if it is not there or empty.

    Raises:
        OSError: the disk refuses.
    """
    return _read(path_of(folder, client_uuid))


def read_cut_out(folder: Path, client_uuid: str) -> bytes | None:
    """Return the cut-out beside an item's picture, or None if there is none.

    Raises:
        OSError: the disk refuses.
    """
    return _read(cut_out_path_of(folder, client_uuid))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() or None
    except FileNotFoundError:
        return None


def size_of_cut_out(folder: Path, client_uuid: str) -> int:
    """Return how many bytes the cut-out beside an item's picture has; 0 without one.

    Raises:
        OSError: the disk refuses.
    """
    try:
        return cut_out_path_of(folder, client_uuid).stat().st_size
    except FileNotFoundError:
        return 0


def remove_pictures(folder: Path, uuids: tuple[str, ...]) -> None:
    """Remove pictures and their cut-outs; those that are gone already are fine.

    Raises:
        OSError: the disk refuses.
    """
    for client_uuid in uuids:
        cut_out_path_of(folder, client_uuid).unlink(missing_ok=True)
        path_of(folder, client_uuid).unlink(missing_ok=True)


def survey(folder: Path) -> tuple[Found, ...]:
    """Make the folder if needed, remove what a power cut left half written, and list the rest.

    A cut-out without its picture is half a pair, and goes too.

    Raises:
        OSError: the disk refuses.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pictures: dict[str, int] = {}
    cut_outs: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_UNFINISHED):
                Path(entry.path).unlink(missing_ok=True)
            elif not entry.is_file(follow_symlinks=False):
                continue
            elif entry.name.endswith(_CUT_SUFFIX):
                cut_outs[entry.name[: -len(_CUT_SUFFIX)]] = entry.stat().st_size
            elif entry.name.endswith(_SUFFIX):
                pictures[entry.name[: -len(_SUFFIX)]] = entry.stat().st_size
    for alone in cut_outs.keys() - pictures.keys():
        cut_out_path_of(folder, alone).unlink(missing_ok=True)
    return tuple(
        Found(uuid, size and size + cut_outs.get(uuid, 0)) for uuid, size in pictures.items()
    )
