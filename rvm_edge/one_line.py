"""Makes what others wrote fit for a journal, a log and a screen."""

from __future__ import annotations

_LOOKED_AT = 4
"""So many times the length asked for is looked at; the rest of a longer text is never touched."""


def one_line(text: str, most: int) -> str:
    """Return a text as one line of printable characters, cut to `most` of them."""
    printable = (one if one.isprintable() else " " for one in text[: most * _LOOKED_AT])
    line = " ".join("".join(printable).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
