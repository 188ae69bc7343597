"""A courier's work: one round after the other, for as long as the link lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rvm_edge.ledger.courier.pause import Pause
from rvm_edge.ledger.failures import LedgerUnusableError


async def round_after_round(pause: Pause, work: Callable[[], Awaitable[None]]) -> None:
    """Work while not cancelled; a disk that refuses only puts the next round off.

    Args:
        pause: this courier's.
        work: one round; begins by waiting until the pause is over.
    """
    pause.link_is_back()
    while True:
        try:
            await work()
        except LedgerUnusableError as error:
            pause.after_trouble(str(error))
