"""How a technician sets the machine up from a phone."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated

import msgspec
from msgspec import Meta


class SetupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a technician sets the machine up from a phone, while it does not know who it is.

    Attributes:
        enabled: whether there is a page for it; a USB stick and `rvm-edge provision` do without.
        address: the one IPv4 address of this computer's that it is opened on; "" for the one in
            the local network.
        port: where the page is, over HTTPS; 0 for any free one.
    """

    enabled: bool = True
    address: Annotated[str, Meta(pattern="^[0-9.]{0,15}$")] = ""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8443

    def __post_init__(self) -> None:
        """Refuse what is no address of one interface."""
        if self.address and IPv4Address(self.address).is_unspecified:
            raise ValueError("address must be one of this computer's, not all of them")
