"""Single keys from a terminal, on trio, which is left as it was found."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from collections.abc import AsyncIterator, Iterator

import trio

_READ_BYTES = 64
_ESCAPE = "\x1b"


@contextlib.contextmanager
def raw_keys(terminal: int) -> Iterator[None]:
    """Get keys as they are pressed and show none of them; however this ends, undo it.

    Args:
        terminal: its file descriptor.
    """
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


async def pressed(terminal: int) -> AsyncIterator[str]:
    """Yield each key until the terminal is gone; arrows and the like as one `Esc`."""
    while True:
        await trio.lowlevel.wait_readable(terminal)
        try:
            data = os.read(terminal, _READ_BYTES)
        except OSError:  # EIO: its window was closed
            return
        if not data:
            return
        text = data.decode("utf-8", errors="ignore")
        if text.startswith(_ESCAPE):
            yield "Esc"
            continue
        for key in text:
            yield key
