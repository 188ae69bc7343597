"""One handshake as somebody, outside of the machine's own link: to try credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from drivers.ports import Frame
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.bridges.cloud.trust import TrustError
from rvm_edge.identity import Identity
from rvm_edge.machine import EyesError, Standing
from rvm_edge.provisioning.admitting import Introduce, Introduction
from rvm_edge.provisioning.site import Site
from rvm_edge.settings import RequestSettings
from rvm_edge.telemetry import Figures, Health, Inventory, Telemetry

if TYPE_CHECKING:
    import httpx


def introducing(
    settings: RequestSettings,
    telemetry: Telemetry,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Introduce:
    """Return what makes such a handshake.

    Args:
        settings: how long the server is waited for, and who may vouch for it.
        telemetry: what it is told of the machine.
        transport: stands for the network.
    """

    async def introduce(identity: Identity, site: Site) -> Introduction:
        cloud = MyRvmCloud(
            identity,
            settings,
            _SitedTelemetry(telemetry, site),
            as_jpeg=_no_picture,
            on_commands=lambda _commands, _at: None,
            transport=transport,
        )
        try:
            async with cloud.run():
                standing = await cloud.handshake()
        except TrustError as error:
            return Introduction(Standing.UNREACHABLE, str(error))
        return Introduction(standing, cloud.trouble)

    return introduce


class _SitedTelemetry:
    """`rvm_edge.telemetry.Telemetry` of a machine that is to go by a site, and does not yet."""

    def __init__(self, telemetry: Telemetry, site: Site) -> None:
        self._telemetry = telemetry
        self._site = site

    async def health(self) -> Health:
        """Measure the computer."""
        return await self._telemetry.health()

    async def inventory(self) -> Inventory:
        """List what the machine is made of, in the site's time zone."""
        found = await self._telemetry.inventory()
        return replace(found, timezone=self._site.time_zone or found.timezone)

    async def figures(self) -> Figures:
        """Count what it has done."""
        return await self._telemetry.figures()


async def _no_picture(_frame: Frame, _most_bytes: int) -> bytes:
    raise EyesError("a handshake shows no picture")
