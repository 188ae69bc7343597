"""Tasks that run in the background of a block."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio


@asynccontextmanager
async def background_tasks() -> AsyncIterator[trio.Nursery]:
    """Yield a nursery whose tasks are cancelled when the block ends.

    What the block raises comes out as it is. A nursery would put it into a group, which no
    `except` of a caller names; what its tasks raise still comes in one.
    """
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        try:
            yield nursery
        except Exception as error:  # noqa: BLE001 - raised again, in no group
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
