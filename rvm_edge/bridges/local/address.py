"""Where the bridge listens: on this machine's loopback, and nowhere else."""

from __future__ import annotations

import socket
from typing import Final

LOOPBACK: Final = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
DEFAULT_PORT: Final = 8888

_STALL_MS = 3000
_BACKLOG = 128


class AddressRefusedError(Exception):
    """The bridge does not listen there; the message says why and what to do."""


def listening_socket(host: str, port: int, buffer_bytes: int) -> socket.socket:
    """Return a socket that listens; connections inherit its options.

    The kernel gives up after three seconds on a client that takes nothing in, so that no write can
    hold up the bridge's end.

    Args:
        host: ``127.0.0.1`` or ``::1``.
        port: 0 for any free one.
        buffer_bytes: how much the kernel keeps for one client; it takes double that.

    Raises:
        AddressRefusedError: another address than loopback, or one that cannot be had.
    """
    family = LOOPBACK.get(host)
    if family is None:
        raise AddressRefusedError(
            f"the local bridge listens on 127.0.0.1 or ::1 only, not on {host!r}: whoever reaches "
            "it may steer the machine, so nobody on the network may; use the server for remote work"
        )
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALL_MS)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise AddressRefusedError(
            f"the local bridge cannot listen on {host} port {port}: {error.strerror}; "
            "is another one running?"
        ) from error
    sock.setblocking(False)
    return sock
