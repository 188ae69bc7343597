"""One opening of the set-up page: a socket in the local network, TLS, and an end."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Final, cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from hypercorn.typing import ASGIFramework

from rvm_edge.provisioning.wizard.app import Admit, Setup, build_app
from rvm_edge.provisioning.wizard.certificate import self_signed
from rvm_edge.provisioning.wizard.pairing import PairingDesk
from rvm_edge.provisioning.wizard.premises import Premises
from rvm_edge.provisioning.wizard.tries import WrongTries

GRACE_S: Final = 2.0
"""So long an answer that is on its way may still arrive when the page closes."""

READ_S: Final = 120
"""The doctor's round takes a while, and the browser says nothing meanwhile."""

HANDSHAKE_S: Final = 10.0
IDLE_S: Final = 15.0
_HEADER_BYTES: Final = 16 * 1024
_STALL_MS: Final = 10_000
_WAITING: Final = 16
_HTTPS: Final = 443
_IPV6: Final = 6


class NotOpenedError(Exception):
    """The page cannot be opened there. The message says why."""


@dataclass(frozen=True)
class Offer:
    """What the machine's screen shows a technician.

    Attributes:
        address: of the page.
        fingerprint: SHA-256 of its certificate, as browsers show it.
        code: to be typed there, digits only.
        lasts_s: for how long it is good.
    """

    address: str
    fingerprint: str
    code: str
    lasts_s: float


class Opening:
    """The page at one address, under one certificate, with a desk of its own."""

    def __init__(
        self,
        address: IPv4Address | IPv6Address,
        port: int,
        premises: Premises,
        admit: Admit,
        clock: Callable[[], float] = time.monotonic,
        *,
        tries: WrongTries | None = None,
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            address: the one of this computer's to be reached at, and no other.
            port: 0 for any free one.
            premises: the machine around it.
            admit: keeps what was entered, if the server knows it.
            clock: monotonic seconds.
            tries: what was guessed at openings before; None for nothing.
        """
        self._address = address
        self._port = port
        self._premises = premises
        self._admit = admit
        self._desk = PairingDesk(clock, tries)
        self._host = ""
        self._fingerprint = ""

    @property
    def offer(self) -> Offer | None:
        """What to show now; None while the page is closed."""
        if not self._host:
            return None
        desk = self._desk
        code = desk.code  # may be a new one, with a new end
        return Offer(f"https://{self._host}/", self._fingerprint, code, desk.lasts_s)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled, or until credentials are kept and that was answered.

        Raises:
            NotOpenedError: it cannot be listened there.
        """
        certificate = self_signed(self._address)
        listener = self._listening()
        port = listener.getsockname()[1]
        host = _as_host(self._address) if port == _HTTPS else f"{_as_host(self._address)}:{port}"
        setup = Setup(self._desk, self._premises, self._admit, host)
        config = _configured(listener, certificate.context)
        self._host, self._fingerprint = host, certificate.fingerprint
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(
                    partial(
                        serve,
                        cast("ASGIFramework", build_app(setup)),
                        config,
                        shutdown_trigger=setup.done.wait,
                        mode="asgi",
                    )
                )
                task_status.started()
        finally:
            self._host = ""

    def _listening(self) -> socket.socket:
        is_6 = self._address.version == _IPV6
        listener = socket.socket(socket.AF_INET6 if is_6 else socket.AF_INET)
        try:
            if is_6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALL_MS)
            listener.bind((str(self._address), self._port))
        except OSError as error:
            listener.close()
            where = f"{_as_host(self._address)}:{self._port}"
            raise NotOpenedError(f"{where}: {error.strerror}") from error
        return listener


def _as_host(address: IPv4Address | IPv6Address) -> str:
    """Return an address as browsers write it (RFC 5952, and RFC 3986 section 3.2.2)."""
    return f"[{address.compressed}]" if address.version == _IPV6 else str(address)


def _configured(listener: socket.socket, context: ssl.SSLContext) -> Config:
    config = _Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.accesslog = config.errorlog = None
    config.alpn_protocols = ["http/1.1"]
    config.include_server_header = False
    config.backlog = _WAITING
    config.h11_max_incomplete_size = _HEADER_BYTES
    config.graceful_timeout = GRACE_S
    config.keep_alive_timeout = IDLE_S
    config.read_timeout = READ_S
    config.ssl_handshake_timeout = HANDSHAKE_S
    config.context = context
    return config


class _Config(Config):
    """Hypercorn's settings, with a TLS context that was made elsewhere."""

    context: ssl.SSLContext | None = None

    @property
    def ssl_enabled(self) -> bool:
        """Whether to speak TLS: always."""
        return True

    def create_ssl_context(self) -> ssl.SSLContext | None:
        """Return the context."""
        return self.context
