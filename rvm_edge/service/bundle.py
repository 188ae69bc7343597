"""A compressed archive of texts for whoever mends the machine: without secrets, and bounded."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.service.redaction import Redaction

CONTENTS: Final = "contents.json"
_PRIVATE: Final = 0o600


class BundleEntry(msgspec.Struct, frozen=True):
    """One text, as the list of contents names it.

    Attributes:
        name: in the archive.
        bytes: as it was written.
        note: why it is not whole, or not there; "" otherwise.
    """

    name: str
    bytes: int
    note: str = ""


class Bundle:
    """An archive that is being written. Whoever adds first what matters most loses least."""

    def __init__(
        self, archive: tarfile.TarFile, folder: str, redaction: Redaction, most_bytes: int
    ) -> None:
        """Use `written_bundle`."""
        self._archive = archive
        self._folder = folder
        self._redaction = redaction
        self._room = most_bytes
        self._entries: list[BundleEntry] = []

    @property
    def room(self) -> int:
        """How many bytes may still come."""
        return self._room

    @property
    def entries(self) -> tuple[BundleEntry, ...]:
        """What was added so far."""
        return tuple(self._entries)

    def add(self, name: str, text: str) -> None:
        """Add a text without its secrets; of one that is too long only its last lines.

        Raises:
            OSError: the disk refuses.
        """
        content = self._redaction.clean(text).encode("utf-8", "replace")
        note = ""
        if len(content) > self._room:
            note = f"the last part of {len(content)} bytes"
            content = _last_lines(content, self._room)
        self._room -= len(content)
        self._put(name, content)
        self._entries.append(BundleEntry(name, len(content), note))

    def miss(self, name: str, why: str) -> None:
        """Note what should be here and is not."""
        self._entries.append(BundleEntry(name, 0, self._redaction.clean(why)))

    def close(self) -> None:
        """Add the list of contents."""
        self._put(CONTENTS, msgspec.json.format(msgspec.json.encode(self._entries)))

    def _put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(f"{self._folder}/{name}")
        member.size, member.mode, member.mtime = len(content), _PRIVATE, int(time.time())
        self._archive.addfile(member, io.BytesIO(content))


@contextmanager
def written_bundle(path: Path, redaction: Redaction, most_bytes: int) -> Iterator[Bundle]:
    """Write an archive while the block lasts; it appears under its name when it is whole.

    Args:
        path: where; nothing may lie there. Only its owner can read it.
        redaction: hides secrets in every text.
        most_bytes: of all texts together, before they are compressed.

    Raises:
        OSError: something lies there already, or the disk refuses.
    """
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(unfinished, flags, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                bundle = Bundle(archive, path.name.split(".")[0], redaction, most_bytes)
                yield bundle
                bundle.close()
            file.flush()
            os.fsync(descriptor)
        if path.exists():  # no link: the sticks that technicians carry know none
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _last_lines(content: bytes, most_bytes: int) -> bytes:
    tail = content[len(content) - most_bytes :] if most_bytes > 0 else b""
    return tail[tail.find(b"\n") + 1 :]
