"""The telemetry of the demo: a computer on which nothing changes but the model."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rvm_edge.health.host_telemetry import ModelInUse
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.telemetry import Deeds, Inventory


class DemoTelemetry(StillTelemetry):
    """Names the model that serves, for the server and the technician's panel."""

    def __init__(self, deeds: Deeds, model: Callable[[], ModelInUse]) -> None:
        """Take the figures from the running machine.

        Args:
            deeds: what it knows of itself.
            model: tells which model serves now.
        """
        super().__init__(deeds)
        self._model = model

    async def inventory(self) -> Inventory:
        """Be made of nothing in particular, and look through this model."""
        inventory, model = await super().inventory(), self._model()
        return replace(
            inventory,
            model_name=model.name,
            model_version=model.version,
            model_hash=model.sha256,
            second_judge=model.second_judge,
        )
