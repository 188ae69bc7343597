"""Pages that are written from the code: writing them, and saying whether they still agree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Pages = Callable[[Path], Mapping[Path, str]]
"""From the place that was named on the command line to the files there, with their texts."""


def is_up_to_date(file: Path, text: str) -> bool:
    """Say whether the file says what the code says."""
    return file.is_file() and file.read_text(encoding="utf-8") == text


def keep(arguments: Sequence[str], module: str, place: str, pages: Pages) -> int:
    """Write the pages, or with ``--check`` say which of them are out of date.

    Args:
        arguments: of the command line.
        module: which is run by ``python -m``.
        place: what its one argument is called in a usage message.
        pages: what there is to write.

    Returns:
        0, or 1 where a page differs from the code, or 2 for wrong usage.
    """
    check = "--check" in arguments
    named = [Path(one) for one in arguments if one != "--check"]
    if len(named) != 1:
        print(f"usage: python -m {module} [--check] {place}", file=sys.stderr)  # noqa: T201 - this is the terminal's edge
        return 2
    outdated = 0
    for file, text in pages(named[0]).items():
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not is_up_to_date(file, text):
            print(f"{file} is out of date; run python -m {module} {named[0]}")  # noqa: T201
            outdated = 1
    return outdated
