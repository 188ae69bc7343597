"""The models of a machine whose eyes never change."""

from __future__ import annotations

import trio

from rvm_edge.machine import ModelNote, ModelsError
from rvm_edge.orders import Order

NO_SOURCE = "this machine looks for no other model (models.source)"


class NoModels:
    """`rvm_edge.machine.Models` of a machine whose eyes never change."""

    async def look_for(self, order: Order) -> str:  # noqa: ARG002 - whatever is ordered
        """Refuse.

        Raises:
            ModelsError: always.
        """
        await trio.lowlevel.checkpoint()
        raise ModelsError(NO_SOURCE)

    async def renew(self) -> None:
        """Wait for ever."""
        await trio.sleep_forever()

    async def next_note(self) -> ModelNote:
        """Wait for ever."""
        await trio.sleep_forever()
        raise AssertionError("unreachable")
