"""Python's garbage collector while a machine starts, and from then on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting_yet() -> Iterator[None]:
    """Leave the collector off inside, until `begin_collecting`.

    A start makes a hundred thousand objects that live as long as the program: looking through them
    again and again for garbage is a twelfth of its time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def begin_collecting() -> None:
    """Collect from now on, but never look again at what a start has made."""
    gc.freeze()
    gc.enable()
