"""Puts what an answer proved on disk, before anything else is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from rvm_edge.ledger.courier.pause import Pause
from rvm_edge.ledger.failures import LedgerUnusableError


async def keep_proof(write: Callable[[], Awaitable[None]], pause: Pause) -> None:
    """Write until the disk takes it.

    A proof is worth more than the link that brought it: the first try is made even if the link was
    lost meanwhile. If the disk refuses and the caller is cancelled, the rows say what they said
    before the request: its outcome is unknown.
    """
    while True:
        try:
            with trio.CancelScope(shield=True):
                await write()
        except LedgerUnusableError as error:
            pause.after_trouble(str(error))
            await pause.over()
        else:
            return
