"""Which addresses the machine has, in the local network and in the private one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Protocol

import psutil

_PRIVATE = ("tailscale", "wg", "tun", "zt")
"""How the interfaces of virtual private networks begin."""

_NOT_OUTWARD = ("lo", "docker", "br-", "veth", "virbr", "l4tbr", "dummy", "lxc")
"""Interfaces that lead nowhere: to containers, or to whoever plugs into a Jetson's USB socket."""

_FIRST = ("eth", "en", "wl")
"""Wire before air before everything else."""


class Address(Protocol):
    """What psutil tells of one address."""

    @property
    def family(self) -> int:
        """Which kind it is."""
        ...

    @property
    def address(self) -> str:
        """The address itself."""
        ...


Interfaces = Callable[[], Mapping[str, Sequence[Address]]]
"""Returns all addresses by interface, as `psutil.net_if_addrs` does."""


def psutil_interfaces() -> Mapping[str, Sequence[Address]]:
    """Return the addresses that the kernel knows now."""
    return psutil.net_if_addrs()


def local_and_vpn(interfaces: Mapping[str, Sequence[Address]]) -> tuple[str | None, str | None]:
    """Choose the machine's IPv4 address in the local network and in the private one.

    Of several the choice is always the same; an address that the interface gave to itself
    (169.254.0.0/16) counts as none.
    """
    outward = [name for name in interfaces if not name.startswith((*_NOT_OUTWARD, *_PRIVATE))]
    private = [name for name in interfaces if name.startswith(_PRIVATE)]
    return _first(interfaces, outward), _first(interfaces, private)


def _first(interfaces: Mapping[str, Sequence[Address]], names: Iterable[str]) -> str | None:
    for name in sorted(names, key=_preference):
        for one in interfaces[name]:
            if one.family == socket.AF_INET and _is_usable(one.address):
                return one.address
    return None


def _preference(name: str) -> tuple[int, str]:
    ranks = [rank for rank, start in enumerate(_FIRST) if name.startswith(start)]
    return (ranks[0] if ranks else len(_FIRST), name)


def _is_usable(text: str) -> bool:
    try:
        address = IPv4Address(text)
    except ValueError:
        return False
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
    )
