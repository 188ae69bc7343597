"""Which addresses the machine has, in the local network and in the private one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Protocol

import psutil

_PRIVATE = ("tailscale", "wg", "tun", "zt")
"""How the interfaces of virtual private networks begin."""

_NOT_OUTWARD = ("lo", "docker", "br-", "veth", "virbr", "l4tbr", "dummy", "lxc")
"""Interfaces that lead nowhere: to containers, or to whoever plugs into a Jetson's USB socket."""

_OWN = IPv6Network("fc00::/7")
"""Addresses that a network gave to itself (RFC 4193)."""

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


def to_be_reached_at(
    interfaces: Mapping[str, Sequence[Address]],
) -> IPv4Address | IPv6Address | None:
    """Choose the one address at which a phone in the local network reaches the machine.

    IPv4 wherever there is one; else the network's own IPv6 (fc00::/7) before a global one. One that
    is good on its own wire alone (fe80::/10) counts as none: a phone's browser takes no interface
    with it.
    """
    local, _vpn = local_and_vpn(interfaces)
    if local:
        return IPv4Address(local)
    outward = [name for name in interfaces if not name.startswith((*_NOT_OUTWARD, *_PRIVATE))]
    for name in sorted(outward, key=_preference):
        found = [
            address
            for one in interfaces[name]
            if one.family == socket.AF_INET6 and (address := _usable_6(one.address)) is not None
        ]
        if found:
            return min(found, key=lambda address: (address not in _OWN, address))
    return None


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


def _usable_6(text: str) -> IPv6Address | None:
    """Return an address that is good without its interface; None for any other."""
    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    is_of_use = not (
        address.scope_id
        or address.is_loopback
        or address.is_link_local
        or address.is_site_local
        or address.is_unspecified
        or address.is_multicast
        or address.ipv4_mapped
        or address.teredo
    )
    return address if is_of_use else None
