"""Notices what is mounted, without looking for it again and again.

The kernel says on ``/proc/self/mountinfo`` when the table of mounts changes (proc(5)). It says so
as an exceptional condition, which trio cannot wait for; an epoll of our own can, and is itself
readable once there is one.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from pathlib import Path
from typing import Final, Protocol

import trio

TABLE: Final = Path("/proc/self/mountinfo")
ROOTS: Final = (Path("/run/rvm-edge-usb"), Path("/media"), Path("/run/media"))
"""Where sticks are mounted: by our own unit, by a desktop, by udisks."""

MOST_BYTES: Final = 1_000_000
_POINT: Final = 4
"""Which field of a line is the mount point."""

_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


class Sticks(Protocol):
    """Where sticks are mounted, as they come."""

    def __aiter__(self) -> AsyncIterator[Path]:
        """Begin with those that are there."""
        ...

    def aclose(self) -> Awaitable[object]:
        """Look no more."""
        ...


def sticks_in(table: str, roots: tuple[Path, ...] = ROOTS) -> frozenset[Path]:
    """Return the mount points of a table that are below one of `roots`."""
    points = set()
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) > _POINT:
            point = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[_POINT]))
            if ".." not in point.parts and any(root in point.parents for root in roots):
                points.add(point)
    return frozenset(points)


async def new_sticks(roots: tuple[Path, ...] = ROOTS) -> AsyncGenerator[Path, None]:
    """Yield every mount point that is there, and every one that comes, until cancelled.

    A stick that is taken out and put in again comes again.

    Raises:
        OSError: the kernel's table cannot be read.
    """
    known: frozenset[Path] = frozenset()
    descriptor = os.open(TABLE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with select.epoll() as changes:
            changes.register(descriptor, select.EPOLLPRI | select.EPOLLERR)
            while True:
                now = sticks_in(_read(descriptor), roots)
                for point in sorted(now - known):
                    yield point
                known = now
                await trio.lowlevel.wait_readable(changes.fileno())
                changes.poll(0)
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> str:
    raw = bytearray()
    os.lseek(descriptor, 0, os.SEEK_SET)
    while len(raw) < MOST_BYTES and (some := os.read(descriptor, 65_536)):
        raw += some
    return raw.decode("utf-8", "replace")
