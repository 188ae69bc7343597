"""Which tests there really are: asked of pytest, not of a list."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest


class CollectionFailedError(Exception):
    """pytest could not collect the tests. The message is what it said."""


class _Collector:
    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def collect(*places: Path) -> list[pytest.Item]:
    """Return the tests in some files and folders, as pytest finds them.

    Raises:
        CollectionFailedError: they cannot be collected.
    """
    collector = _Collector()
    said = io.StringIO()
    words = ["--collect-only", "-qq", "-p", "no:cacheprovider", "-n0", *map(str, places)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main(words, [collector])
    if code:
        raise CollectionFailedError(said.getvalue())
    return collector.items
