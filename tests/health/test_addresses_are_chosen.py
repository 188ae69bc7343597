"""One address in the local network, one in the private one, and always the same."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.health.addresses import local_and_vpn, psutil_interfaces, to_be_reached_at
from tests.health.described import Told

V6 = Told("fe80::1%eth0", socket.AF_INET6)
MAC = Told("00:04:4b:aa:bb:cc", socket.AF_PACKET)


def test_the_wire_goes_before_the_air_and_both_before_the_rest() -> None:
    interfaces = {
        "lo": [Told("127.0.0.1")],
        "wwan0": [Told("10.9.0.1")],
        "wlan0": [Told("192.168.1.51")],
        "eth0": [MAC, V6, Told("192.168.1.50")],
    }
    assert local_and_vpn(interfaces) == ("192.168.1.50", None)
    interfaces.pop("eth0")
    assert local_and_vpn(interfaces) == ("192.168.1.51", None)
    interfaces.pop("wlan0")
    assert local_and_vpn(interfaces) == ("10.9.0.1", None)


@pytest.mark.parametrize("name", ["tailscale0", "wg0", "wg-rvm", "tun0", "ztabcdef"])
def test_a_private_network_is_told_apart(name: str) -> None:
    interfaces = {name: [Told("100.101.102.103")], "enP8p1s0": [Told("192.168.1.50")]}
    assert local_and_vpn(interfaces) == ("192.168.1.50", "100.101.102.103")


@pytest.mark.parametrize("name", ["lo", "docker0", "br-12ab", "veth1", "virbr0", "l4tbr0"])
def test_an_interface_that_leads_nowhere_counts_as_none(name: str) -> None:
    assert local_and_vpn({name: [Told("192.168.55.1")]}) == (None, None)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.3.4",
        "0.0.0.0",  # noqa: S104 - nobody binds to it
        "224.0.0.1",
        "",
        "::1",
        "300.1.1.1",
        "x",
    ],
)
def test_an_address_that_nobody_can_call_counts_as_none(address: str) -> None:
    assert local_and_vpn({"eth0": [Told(address)], "wg0": [Told(address)]}) == (None, None)
    beside = {"eth0": [Told(address), Told("10.0.0.7")]}
    assert local_and_vpn(beside) == ("10.0.0.7", None)


names = st.sampled_from(["eth0", "wlan0", "lo", "tun0", "usb0"]) | st.text(max_size=8)
told = st.builds(
    Told,
    st.text(max_size=20) | st.ip_addresses(v=4).map(str),
    st.sampled_from([socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, -1]),
)


@given(st.dictionaries(names, st.lists(told, max_size=3), max_size=5))
def test_whatever_the_kernel_tells_the_choice_is_an_address_and_does_not_depend_on_order(
    interfaces: dict[str, list[Told]],
) -> None:
    chosen = local_and_vpn(interfaces)
    assert chosen == local_and_vpn(dict(reversed(interfaces.items())))
    for address in chosen:
        assert address is None or not IPv4Address(address).is_loopback


def test_this_computers_addresses_can_be_read() -> None:
    assert all(isinstance(name, str) for name in psutil_interfaces())
    local_and_vpn(psutil_interfaces())


def told_6(address: str) -> Told:
    return Told(address, socket.AF_INET6)


def test_a_phone_is_told_an_ipv6_address_only_where_there_is_no_other() -> None:
    local, everywhere = told_6("fd12:3456::7"), told_6("2001:db8::7")
    both = {"eth0": [V6, everywhere, local, Told("192.168.1.50")]}
    assert to_be_reached_at(both) == IPv4Address("192.168.1.50")
    elsewhere = {"eth0": [V6, everywhere], "wlan0": [Told("192.168.1.51")]}
    assert to_be_reached_at(elsewhere) == IPv4Address("192.168.1.51")
    alone = {"wlan0": [local], "eth0": [V6, everywhere, local]}
    assert to_be_reached_at(alone) == IPv6Address("fd12:3456::7")
    assert to_be_reached_at({"eth0": [V6, everywhere]}) == IPv6Address("2001:db8::7")
    assert to_be_reached_at({"lo": [told_6("::1")], "tun0": [local], "docker0": [local]}) is None


@pytest.mark.parametrize(
    "address",
    [
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1%eth0",
        "::1",
        "::",
        "ff02::1",
        "fec0::1",
        "::ffff:10.0.0.7",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "",
        "x",
        "10.0.0.7",
    ],
)
def test_an_ipv6_address_that_a_phone_cannot_call_counts_as_none(address: str) -> None:
    assert to_be_reached_at({"eth0": [told_6(address)]}) is None


@given(
    st.dictionaries(
        names, st.lists(told | st.builds(told_6, st.ip_addresses(v=6).map(str)), max_size=3)
    )
)
def test_whatever_the_kernel_tells_a_phone_is_told_the_same(
    interfaces: dict[str, list[Told]],
) -> None:
    chosen = to_be_reached_at(interfaces)
    assert chosen == to_be_reached_at(dict(reversed(interfaces.items())))
    assert chosen is None or not (chosen.is_loopback or chosen.is_link_local)
