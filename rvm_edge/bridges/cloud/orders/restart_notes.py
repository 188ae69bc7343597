"""Which restarts were ordered, remembered through them: else none could be told from the first.

A server that sends the same order to restart with every answer must not keep the machine from
working, and what is remembered in a process ends with it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from rvm_edge.durable_files import put_in_place
from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_NOTES = 60
MOST_BYTES = 16_384


class RestartNote(msgspec.Struct, frozen=True):
    """One order to restart or to reboot that was taken.

    Attributes:
        order_id: its identity.
        taken_at_s: when, in seconds of the Unix epoch, by the server's clock: the machine's own may
            begin anew with every boot.
    """

    order_id: Annotated[str, Meta(max_length=64)]
    taken_at_s: float


class RestartNotes(Protocol):
    """Where the notes are kept."""

    def earlier(self) -> tuple[RestartNote, ...]:
        """Return what is noted, the oldest first."""
        ...

    def add(self, note: RestartNote) -> None:
        """Note one more; the oldest beyond `MOST_NOTES` are forgotten."""
        ...


class RestartFile:
    """`RestartNotes` in a file of its own.

    Blocks for as long as the disk takes a few hundred bytes, a few times an hour at most. A file
    that cannot be read counts as empty, and a disk that takes no note forbids no restart: the disk
    may be why it was ordered.
    """

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its folder exists."""
        self._path = path
        self._notes = _read(path)

    def earlier(self) -> tuple[RestartNote, ...]:
        """Return what is noted, the oldest first."""
        return self._notes

    def add(self, note: RestartNote) -> None:
        """Note one more, on disk when this returns, where the disk takes it."""
        self._notes = (*self._notes, note)[-MOST_NOTES:]
        with suppress(OSError):
            fresh = self._path.with_name(f"{self._path.name}.new")
            put_in_place(self._path, msgspec.json.encode(self._notes), fresh)


def _read(path: Path) -> tuple[RestartNote, ...]:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES)
        return read_json(raw, tuple[RestartNote, ...])[-MOST_NOTES:]
    except (OSError, UnreadableError):
        return ()
