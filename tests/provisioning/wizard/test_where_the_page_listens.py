"""One address of the computer's, and never all of them."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
import trio

from rvm_edge.provisioning.wizard.opening import NotOpenedError, Opening
from tests.provisioning.wizard.opened import StagedPremises, StagedServer, opened
from tests.provisioning.wizard.tls import port_of


async def test_another_address_of_the_same_computer_is_not_listened_on() -> None:
    async with opened(IPv4Address("127.0.0.1")) as phone:
        for other in ("127.0.0.2", "127.1.1.1"):
            with pytest.raises(OSError, match="failed"):
                await trio.open_tcp_stream(other, port_of(phone))
        assert (await phone.http.get("/")).status_code == 200


async def test_an_address_that_is_not_the_computers_is_told() -> None:
    elsewhere = Opening(IPv4Address("192.0.2.1"), 0, StagedPremises(), StagedServer().admit)
    with pytest.raises(NotOpenedError, match=r"192\.0\.2\.1"):
        await elsewhere.run()
    assert elsewhere.offer is None
