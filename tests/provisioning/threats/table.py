"""Writes the table of threats: ``python -m tests.provisioning.threats.table FILE``."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pytest

from rvm_edge.generated import keep
from tests.collection import collect
from tests.provisioning.threats.rows import LEFT, PLACES, THREATS
from tests.provisioning.threats.threat import Threat

Found = Mapping[str, frozenset[str]]
"""Test by test, the files that it is in: one, where its name is its own."""

_HEAD = """\
# What is tried against a machine on its first day, and what it does

Written by `make docs` from the tests that pytest collects; `make check` fails when they differ. A
test fails when a row names a test that is gone. Why it is as it is:
[0019](../decisions/0019-a-set-up-page-that-is-open-in-one-state.md),
[0023](../decisions/0023-set-up-anew-by-whoever-stands-at-the-machine.md),
[0029](../decisions/0029-a-deposit-stays-with-whom-the-machine-was.md),
[0031](../decisions/0031-wrong-codes-are-counted-over-all-codes.md) and
[0041](../decisions/0041-the-newest-caller-gets-in.md).
"""


class MissingTestError(Exception):
    """A row names a test that there is not, or that there is twice."""


def found() -> Found:
    """Ask pytest for the tests, and where each of them is.

    Raises:
        CollectionFailedError: they cannot be collected.
    """
    files: dict[str, set[str]] = defaultdict(set)
    for item in collect(*PLACES):
        assert isinstance(item, pytest.Function)
        files[item.originalname].add(item.path.name)
    return {name: frozenset(where) for name, where in files.items()}


def render(tests: Found) -> str:
    """Return the page.

    Raises:
        MissingTestError: a row names a test that there is not.
    """
    return "\n".join(_lines(tests)) + "\n"


def _lines(tests: Found) -> Iterator[str]:
    yield _HEAD
    rows = [row for threats in THREATS.values() for row in threats]
    names = {name for row in rows for name in row.tests}
    yield f"{len(rows)} attacks, {len(names)} tests."
    for who, threats in THREATS.items():
        yield from ("", f"## {who}", "", "| Tries, or happens | The machine | Shown by |")
        yield "|---|---|---|"
        yield from (_row(threat, tests) for threat in threats)
    yield from ("", "## What is known, and not prevented", "")
    yield from (f"- {one}" for one in LEFT)


def _row(threat: Threat, tests: Found) -> str:
    shown = "<br>".join(f"`{name}` ({_file(name, tests)})" for name in threat.tests)
    return f"| {threat.attack} | {threat.answer} | {shown} |"


def _file(name: str, tests: Found) -> str:
    files = sorted(tests.get(name, ()))
    if len(files) != 1:
        raise MissingTestError(f"{name} is in {' and in '.join(files) or 'no file'}")
    return files[0]


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with ``--check`` say whether it is up to date.

    Returns:
        0, or 1 for a page that differs from the tests, or 2 for wrong usage.
    """
    return keep(
        arguments,
        "tests.provisioning.threats.table",
        "FILE",
        lambda file: {file: render(found())},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
