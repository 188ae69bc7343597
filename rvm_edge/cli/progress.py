"""A bar for whoever waits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, above: int = 0) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr while the block lasts, if that is a terminal.

    Args:
        what: is done, in one word.
        total: how many steps there are.
        above: so many of them are no wait, and need no bar.

    Yields:
        What to call after each step.
    """
    if total <= above or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(
        console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
