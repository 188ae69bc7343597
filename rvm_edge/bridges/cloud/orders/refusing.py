"""Refuses an order, in words that fit the journal and a technician's screen."""

from __future__ import annotations

from rvm_edge.one_line import one_line
from rvm_edge.orders import Refusal

MOST_IDENTITY, MOST_WORD, MOST_WHY = 64, 64, 200
"""In characters; `rvm_edge.orders.Refusal` promises these."""


def refusal(order_id: str, word: str, why: str) -> Refusal:
    """Return a refusal that keeps its promises, whatever the three texts are."""
    return Refusal(
        one_line(order_id, MOST_IDENTITY), one_line(word, MOST_WORD), one_line(why, MOST_WHY)
    )
