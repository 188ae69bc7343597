"""The telemetry of a computer on which nothing changes: for virtual time, without threads."""

from __future__ import annotations

import trio

from rvm_edge import __version__
from rvm_edge.telemetry import Deeds, Figures, Health, Inventory


class StillTelemetry:
    """`rvm_edge.telemetry.Telemetry` that always measures the same."""

    def __init__(self, deeds: Deeds) -> None:
        """Take the figures from the running machine; they are true.

        Args:
            deeds: what it knows of itself.
        """
        self._deeds = deeds

    async def health(self) -> Health:
        """Be well."""
        await trio.lowlevel.checkpoint()
        return Health(cpu_pct=12.0, memory_pct=40.0, disk_pct=30.0, cpu_c=46.5)

    async def inventory(self) -> Inventory:
        """Be made of nothing in particular."""
        await trio.lowlevel.checkpoint()
        return Inventory(
            firmware_version=__version__,
            python_version="",
            jetpack_version="",
            controller_type="simulated",
            timezone="Asia/Jakarta",
            ip_local=None,
            ip_vpn=None,
            model_name="",
            model_version="",
            model_hash="",
            microcontroller=None,
            cameras=(),
            sensors=(),
            actuators=(),
        )

    async def figures(self) -> Figures:
        """Count what the machine has done."""
        return await self._deeds.figures()
