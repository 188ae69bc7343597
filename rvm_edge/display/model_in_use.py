"""Which model the eyes look through, and how they are."""

from __future__ import annotations

import trio
from msgspec.structs import replace

from rvm_edge.bridges.local.condition import Model, Sight
from rvm_edge.display.sight import RememberingEyes
from rvm_edge.telemetry import Telemetry
from rvm_edge.vision.eyes import WorkerEyes


class ModelInUse:
    """Asks the eyes each time, and the telemetry for the model's name once for each model."""

    def __init__(self, eyes: RememberingEyes | None, telemetry: Telemetry) -> None:
        """Prepare.

        Args:
            eyes: those built in; None where there are none.
            telemetry: knows the model's name and version.
        """
        self._eyes = eyes
        self._worker = None if eyes is None else worker_behind(eyes.eyes)
        self._telemetry = telemetry
        self._named: Model | None = None
        self._named_for = ""

    async def now(self) -> Model:
        """Return how it stands."""
        loaded = self._worker.model_hash if self._worker else ""
        if self._named is None or (loaded and loaded != self._named_for):
            inventory = await self._telemetry.inventory()
            self._named = Model(inventory.model_name, inventory.model_version, inventory.model_hash)
            self._named_for = loaded
        await trio.lowlevel.checkpoint()
        if self._worker is None:
            trouble = self._eyes.trouble if self._eyes else ""
            sight = Sight.RESTARTING if trouble else Sight.READY
            return replace(self._named, sight=sight, trouble=trouble)
        return replace(
            self._named,
            sha256=loaded,
            sight=Sight(self._worker.state.value),
            restarts=self._worker.restarts,
            trouble=self._worker.trouble,
        )


def worker_behind(eyes: object) -> WorkerEyes | None:
    """Return the eyes that have a process of their own, whatever was put around them, if any."""
    while not isinstance(eyes, WorkerEyes):
        inner: object = getattr(eyes, "eyes", None)
        if inner is None:
            return None
        eyes = inner
    return eyes
