"""One opening of the set-up page: a socket in the local network, TLS, and an end."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Final, cast

import msgspec
import trio
from hypercorn.typing import ASGIFramework

from rvm_edge.provisioning.wizard.answers import Admit, Setup
from rvm_edge.provisioning.wizard.app import build_app
from rvm_edge.provisioning.wizard.callers import Callers
from rvm_edge.provisioning.wizard.certificate import self_signed
from rvm_edge.provisioning.wizard.pairing import PairingDesk
from rvm_edge.provisioning.wizard.premises import Premises
from rvm_edge.provisioning.wizard.serving import PageServer
from rvm_edge.provisioning.wizard.tries import WrongTries

STALL_MS: Final = 10_000
"""Who takes nothing in for so long is gone."""

_WAITING: Final = 128
_HTTPS: Final = 443
_IPV6: Final = 6


class NotOpenedError(Exception):
    """The page cannot be opened there. The message says why."""


class Offer(msgspec.Struct, frozen=True):
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
        self._host, self._fingerprint = host, certificate.fingerprint
        app = cast("ASGIFramework", build_app(setup))
        server = PageServer(app, certificate.context, Callers(lambda: setup.technician))
        try:
            await server.run(listener, setup.done.wait, task_status=task_status)
        finally:
            self._host = ""

    def _listening(self) -> socket.socket:
        is_6 = self._address.version == _IPV6
        listener = socket.socket(socket.AF_INET6 if is_6 else socket.AF_INET)
        try:
            if is_6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALL_MS)
            listener.bind((str(self._address), self._port))
            listener.listen(_WAITING)
        except OSError as error:
            listener.close()
            where = f"{_as_host(self._address)}:{self._port}"
            raise NotOpenedError(f"{where}: {error.strerror}") from error
        return listener


def _as_host(address: IPv4Address | IPv6Address) -> str:
    """Return an address as browsers write it (RFC 5952, and RFC 3986 section 3.2.2)."""
    return f"[{address.compressed}]" if address.version == _IPV6 else str(address)
