"""Connections to the set-up page below HTTP."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from tests.provisioning.wizard.opened import Phone


def trusting_anybody() -> ssl.SSLContext:
    """Return a context that asks for no certificate: the screen vouches for it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def port_of(phone: Phone) -> int:
    """Return where the page is."""
    return int(phone.origin.rpartition(":")[2])


@asynccontextmanager
async def connected(phone: Phone) -> AsyncIterator[trio.SSLStream[trio.SocketStream]]:
    """Have a connection to the page that has asked nothing yet."""
    stream = await trio.open_ssl_over_tcp_stream(
        "127.0.0.1", port_of(phone), ssl_context=trusting_anybody(), https_compatible=True
    )
    try:
        await stream.do_handshake()
        yield stream
    finally:
        await trio.aclose_forcefully(stream)
