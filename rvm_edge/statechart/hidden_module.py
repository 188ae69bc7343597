"""Lets an optional import of somebody else's module fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hidden"]


@contextmanager
def hidden(module: str) -> Iterator[None]:
    """Let ``import module`` fail inside, unless it is loaded already.

    For libraries that import what they can do without, and what costs a process that lives for
    months more than it gives. None in `sys.modules` is Python's documented way to make an import
    fail.

    Args:
        module: its full name.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # None blocks the import
    try:
        yield
    finally:
        del sys.modules[module]
