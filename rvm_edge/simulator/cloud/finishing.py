"""Lets the last step of a reply over HTTP end, where quart-trio would cancel it."""

from __future__ import annotations

import trio
from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)


def finishing(app: ASGIFramework) -> ASGIFramework:
    """Return an application whose sends over HTTP are not cut short.

    Hypercorn closes a connection inside the application's last `send`, and tells the application;
    quart-trio then cancels whatever the request still does, the closing included: the client that
    asked for ``Connection: close`` would wait for an end that never comes.
    """

    async def asgi(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        async def send_all(event: ASGISendEvent) -> None:
            with trio.CancelScope(shield=scope["type"] == "http"):
                await send(event)

        await app(scope, receive, send_all)

    return asgi
