"""The memory through which pictures reach the worker.

An anonymous file (memfd_create(2)): it has no name, so that nothing is left behind however the
daemon ends. Its size is sealed, so that reading it cannot fault whatever the other side does. The
daemon writes into it without mapping it, which keeps the pictures out of the daemon's own memory.
A picture that the worker makes comes back the same way.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Sequence
from types import TracebackType

from drivers.ports import Frame
from rvm_edge.vision.wire import MAX_PICTURES, Picture

CAPACITY_BYTES = 128 * 1024 * 1024
"""Pages cost nothing until they are written; five raw 4K frames fit."""


class TooMuchError(Exception):
    """An item's pictures do not fit into the shared memory, or there are too many of them."""


class SharedFrames:
    """The daemon's end: puts an item's pictures in place of the item's before."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity = capacity_bytes
        self.fd = os.memfd_create("rvm-edge-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.fd, capacity_bytes)
        fcntl.fcntl(
            self.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        )

    def __enter__(self) -> SharedFrames:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self.fd)

    def put(self, frames: Sequence[Frame]) -> tuple[Picture, ...]:
        """Write the pictures from the start of the memory and say where each one lies.

        Raises:
            TooMuchError: they do not fit.
        """
        if len(frames) > MAX_PICTURES + 1:  # one more, with the lamp off
            raise TooMuchError(f"{len(frames)} pictures of one item; at most {MAX_PICTURES + 1}")
        needed = sum(len(frame.data) for frame in frames)
        if needed > self._capacity:
            raise TooMuchError(f"an item's pictures have {needed} bytes; at most {self._capacity}")
        pictures = []
        offset = 0
        for frame in frames:
            pictures.append(
                Picture(offset, len(frame.data), frame.encoding, frame.width, frame.height)
            )
            offset += _write(self.fd, frame.data, offset)
        return tuple(pictures)

    def take(self, length: int) -> bytes:
        """Return what the worker handed back; see `hand_back`."""
        return os.pread(self.fd, length, 0)


def map_frames(fd: int) -> memoryview:
    """Map the memory for reading, in the worker."""
    return memoryview(mmap.mmap(fd, os.fstat(fd).st_size, mmap.MAP_SHARED, mmap.PROT_READ))


def hand_back(fd: int, data: bytes) -> int:
    """Write a picture of the worker's own over those it was given; return its length in bytes."""
    return _write(fd, data, 0)


def _write(fd: int, data: bytes, offset: int) -> int:
    """Write all of `data` at `offset`; return its length."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(fd, rest, offset)
        offset += written
        rest = rest[written:]
    return len(data)
