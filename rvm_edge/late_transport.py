"""A way into the network that is made when something is first sent."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx


class LateTransport(httpx.AsyncBaseTransport):
    """Makes the real transport for the first request.

    To load the authorities that the operating system trusts takes 30 ms of a processor, for each
    client, in which nothing else runs: a machine that starts serves its screen first.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        """Prepare.

        Args:
            make: makes the transport; what it raises is raised by the first request.
        """
        self._make = make
        self._made: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, as the real transport does."""
        if self._made is None:
            self._made = self._make()
        return await self._made.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the real transport, if it was ever made."""
        if self._made is not None:
            await self._made.aclose()


def into_network(trust: ssl.SSLContext | None, limits: httpx.Limits | None = None) -> LateTransport:
    """Return a way to any server, by no proxy.

    Args:
        trust: whom it believes to be one; None for the authorities of the operating system.
        limits: of its connections; httpx's own unless told.
    """

    def make() -> httpx.AsyncHTTPTransport:
        verify = trust or ssl.create_default_context()
        if limits is None:
            return httpx.AsyncHTTPTransport(verify=verify, trust_env=False)
        return httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits)

    return LateTransport(make)
