"""The way to a Reverb: TCP, and TLS before any word of HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable

import trio

from rvm_edge.bridges.cloud.reverb.address import ReverbAddress
from rvm_edge.bridges.cloud.reverb.errors import ReverbTroubleError
from rvm_edge.bridges.cloud.trust import tls_words

Dial = Callable[[ReverbAddress], Awaitable[trio.abc.Stream]]


class Dialler:
    """Opens streams to a server.

    TLS is agreed on here and not by the WebSocket library, which keeps silent about a refused
    certificate until its own time-out.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        """Make a dialler.

        Args:
            tls: None for the operating system's authorities. It must not be shared with an HTTP
                client, which would agree on HTTP/2 in it.
        """
        self._tls = tls

    async def __call__(self, address: ReverbAddress) -> trio.abc.Stream:
        """Connect. The caller bounds the time.

        Raises:
            ReverbTroubleError: it is not reached, or its certificate is not believed.
        """
        try:
            stream = await trio.open_tcp_stream(address.host, address.port)
        except (OSError, ValueError) as unreached:  # ValueError: a name that cannot be one
            raise ReverbTroubleError(f"not reached: {unreached}") from unreached
        if address.scheme == "ws":
            return stream
        return await self._agree(stream, address.host)

    async def _agree(self, stream: trio.SocketStream, host: str) -> trio.abc.Stream:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            over_tls = trio.SSLStream(
                stream, self._tls, server_hostname=host, https_compatible=True
            )
            await over_tls.do_handshake()
        except trio.BrokenResourceError as broken:
            await trio.aclose_forcefully(stream)
            raise ReverbTroubleError(_why(broken.__cause__)) from broken
        except BaseException:  # cancelled, or the name is none: the socket goes all the same
            await trio.aclose_forcefully(stream)
            raise
        return over_tls


def _why(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the server's certificate is not accepted: {tls_words(cause)}"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection: {tls_words(cause)}"
    return "the server hung up during the TLS handshake"
