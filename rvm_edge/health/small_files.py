"""Reads the one-line files in which Linux tells about the computer."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 4_096


def line_of(path: Path) -> str:
    """Return a file's first line without what cannot be printed; "" where there is none.

    Device trees end their texts with a NUL.
    """
    try:
        with path.open("rb", buffering=0) as stream:
            raw = stream.read(MOST_BYTES) or b""
    except OSError:
        return ""
    lines = raw.decode("utf-8", "replace").splitlines()
    return "".join(one for one in lines[0] if one.isprintable()).strip() if lines else ""


def number_of(path: Path) -> int | None:
    """Return the whole number that a file holds; None for anything else."""
    line = line_of(path)
    digits = line.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 9  # noqa: PLR2004 - of 32 bits
    return int(line) if is_number else None
