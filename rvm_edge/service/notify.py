"""Tells systemd how the service is: one datagram a message (sd_notify(3)).

A service that was started by hand, with no manager to listen, says nothing. Nothing here waits or
fails: what cannot be said is lost, and the manager draws its own conclusions.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

import msgspec

_LONGEST_STATUS = 400


class ServiceManager(msgspec.Struct, frozen=True):
    """Whoever started this process and wants to hear of it.

    Attributes:
        address: of its socket; a leading ``@`` means Linux's abstract name space. "" for nobody.
        watchdog_s: it ends this process when that long nothing was heard; None where it does not.
    """

    address: str = ""
    watchdog_s: float | None = None

    def ready(self) -> None:
        """Say that the service does what it is there for."""
        self._tell("READY=1")

    def alive(self) -> None:
        """Say that the service still does."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the service is about to end."""
        self._tell("STOPPING=1")

    def status(self, words: str) -> None:
        """Say in one line what `systemctl status` shall show."""
        self._tell(f"STATUS={' '.join(words.split())[:_LONGEST_STATUS]}")

    def _tell(self, message: str) -> None:
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, kind) as line:
            line.sendto(message.encode(), address)


def service_manager(environment: Mapping[str, str] | None = None) -> ServiceManager:
    """Return who started this process, from ``NOTIFY_SOCKET`` and ``WATCHDOG_USEC``.

    ``WATCHDOG_PID`` names whom the manager watches; where that is another process, nobody is
    waiting for this one's word (sd_watchdog_enabled(3)).

    Args:
        environment: stands for `os.environ`.
    """
    env = os.environ if environment is None else environment
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return ServiceManager()
    period = env.get("WATCHDOG_USEC", "")
    watched = env.get("WATCHDOG_PID", str(os.getpid()))
    if not (period.isascii() and period.isdigit() and int(period)) or watched != str(os.getpid()):
        return ServiceManager(address)
    return ServiceManager(address, int(period) / 1_000_000)
