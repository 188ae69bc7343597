"""Where the machine has IPv6 alone, the page is there, and is called by that name only."""

from __future__ import annotations

from ipaddress import IPv6Address

import msgspec
import pytest

from rvm_edge.provisioning.wizard.certificate import self_signed
from rvm_edge.settings.setup import SetupSettings
from tests.provisioning.wizard.opened import opened

HERE = IPv6Address("::1")


async def test_the_screen_shows_the_address_in_brackets_and_the_page_is_there() -> None:
    async with opened(HERE) as phone:
        assert phone.offer.address.startswith("https://[::1]:")
        assert (await phone.http.get("/")).status_code == 200
        await phone.pair()


@pytest.mark.parametrize("host", ["::1", "[::1]", "[0:0:0:0:0:0:0:1]:{port}", "localhost:{port}"])
async def test_no_other_way_of_writing_it_is_let_in(host: str) -> None:
    async with opened(HERE) as phone:
        port = phone.offer.address.rstrip("/").rpartition(":")[2]
        named = {"Host": host.format(port=port)}
        assert (await phone.http.get("/", headers=named)).status_code >= 400
        asked = await phone.post("pair", '{"code": "00000000"}', **named)
        assert asked.status_code >= 400


async def test_a_page_from_elsewhere_is_not_let_in_either() -> None:
    async with opened(HERE) as phone:
        asked = await phone.post("pair", '{"code": "00000000"}', Origin="https://[::2]")
        assert asked.status_code == 403


def test_the_certificate_is_of_that_address() -> None:
    assert self_signed(IPv6Address("fd00::1")).fingerprint


@pytest.mark.parametrize("address", ["", "192.168.1.5", "fd00::5", "2001:db8::5"])
def test_an_owner_may_name_an_address_of_either_kind(address: str) -> None:
    assert msgspec.convert({"address": address}, SetupSettings).address == address


@pytest.mark.parametrize(
    "address",
    ["::", "0.0.0.0", "fe80::1", "fd00:::1", "1.2.3", "fd00::1%eth0"],  # noqa: S104 - refused
)
def test_what_is_no_address_of_one_interface_is_refused(address: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"address": address}, SetupSettings)
