"""Makes what strangers wrote fit for the journal and for a technician's screen."""

from __future__ import annotations

from rvm_edge.orders import Refusal

MOST_IDENTITY, MOST_WORD, MOST_WHY = 64, 64, 200
"""In characters; `rvm_edge.orders.Refusal` promises these."""

_LOOKED_AT = 4
"""So many times the length asked for is looked at; the rest of a longer text is never touched."""


def plain(text: str, most: int) -> str:
    """Return one line of printable characters, cut to `most`."""
    looked_at = text[: most * _LOOKED_AT]
    shown = "".join(one if one.isprintable() else " " for one in looked_at)
    line = " ".join(shown.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def refusal(order_id: str, word: str, why: str) -> Refusal:
    """Return a refusal that keeps its promises, whatever the three texts are."""
    return Refusal(plain(order_id, MOST_IDENTITY), plain(word, MOST_WORD), plain(why, MOST_WHY))
