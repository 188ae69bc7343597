"""One caller of an HTTP server: whatever it sends ends its own connection, and nobody else's."""

from __future__ import annotations

import sys

from hypercorn.trio.tcp_server import TCPServer

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup


async def serve_caller(server: TCPServer) -> Exception | None:
    """Serve one connection to its end, and return what its caller broke in hypercorn.

    A WebSocket's handshake that is refused, with a few bytes behind it, breaks hypercorn 0.18: what
    it raises would end the nursery that serves everybody.
    """
    try:
        await server.run()
    except Exception as error:  # noqa: BLE001 - one caller's must not become everybody's
        return error
    except BaseExceptionGroup as group:  # the same, while the server ends
        raise group.split(Exception)[1] or group from None
    return None
