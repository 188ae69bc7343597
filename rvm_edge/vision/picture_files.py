"""Finding picture files and reading them into memory, bounded."""

from __future__ import annotations

import glob
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from rvm_edge.vision.picture_header import MAX_BYTES, PictureUnreadableError

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


def find_pictures(names: Iterable[str]) -> Iterator[Path]:
    """Yield the files that names, folders and patterns stand for, each once, folders sorted.

    A folder stands for the JPEG and PNG files in it and below it. A name that is neither a file, a
    folder nor a pattern that matches is yielded as it is: reading it says what is wrong.
    """
    met: set[Path] = set()
    for name in names:
        for path in _expand(name):
            if path not in met:
                met.add(path)
                yield path


def read_file(path: Path) -> bytes:
    """Read a picture file.

    Raises:
        PictureUnreadableError: it is missing, not a regular file, too large, or may not be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise PictureUnreadableError("it is not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PictureUnreadableError(reason) from error
    except ValueError as error:
        raise PictureUnreadableError("its name is no file name") from error
    if len(data) > MAX_BYTES:
        raise PictureUnreadableError(f"it is larger than {MAX_BYTES // (1024 * 1024)} MiB")
    return data


def _expand(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.suffix.lower() in _SUFFIXES)
    if path.exists() or not glob.has_magic(name):
        return [path]
    matching = glob.glob(name, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    return [Path(one) for one in sorted(matching)] or [path]
