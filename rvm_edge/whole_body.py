"""What a request sends along, handed over in one piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx


class WholeBody(httpx.AsyncByteStream):
    """A request's body.

    httpx's own is an asynchronous generator: a request that is given up while it is sent leaves it
    half run, for the garbage collector to warn of.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Begin from the start, as a request that is sent again does."""
        return _Once(self._body)


class _Once:
    def __init__(self, piece: bytes) -> None:
        self._left = [piece] if piece else []

    def __aiter__(self) -> _Once:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()
