"""How a technician sets the machine up from a phone."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

import msgspec
from msgspec import Meta

_IPV6 = 6


class SetupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a technician sets the machine up from a phone, while it does not know who it is.

    Attributes:
        enabled: whether there is a page for it; a USB stick and `rvm-edge provision` do without.
        address: the one address of this computer's that it is opened on, IPv4 or IPv6; "" for the
            one in the local network, IPv4 where there is one.
        port: where the page is, over HTTPS; 0 for any free one.
    """

    enabled: bool = True
    address: Annotated[str, Meta(pattern="^[0-9A-Fa-f:.]{0,45}$")] = ""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8443

    def __post_init__(self) -> None:
        """Refuse what is no address of one interface, or one that needs its interface's name."""
        if not self.address:
            return
        address = ip_address(self.address)
        if address.is_unspecified:
            raise ValueError("address must be one of this computer's, not all of them")
        if address.version == _IPV6 and address.is_link_local:
            raise ValueError(
                "address must be good without the name of an interface: none of fe80::/10"
            )
