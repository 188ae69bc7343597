"""Deposits as the chart makes them."""

from __future__ import annotations

from typing import Final

import trio

from rvm_edge.bridges.local.control import MachineControl, RefusedError
from rvm_edge.bridges.local.parts import ItemNow, ItemStep
from rvm_edge.bridges.local.places import DEPOSIT, IDLE, WAITING, is_in
from rvm_edge.bridges.local.present import Present
from rvm_edge.bridges.local.view import MachineView
from rvm_edge.bridges.port8003.deposits import NoItemError, SettledItem
from rvm_edge.item import Reason, SessionMode
from rvm_edge.wording import wording_of

PATIENCE_S: Final = 180.0
"""For one item; the chart itself ends a deposit to which nobody comes long before."""

_STEPS = 256
_SIGHTING_S = 0.5
_ENDED = {ItemStep.DROPPED, ItemStep.RETURNED, ItemStep.IN_DOUBT}


class MachineDeposits:
    """Opens deposits, and follows their items, at one machine."""

    def __init__(self, view: MachineView, control: MachineControl) -> None:
        self._view = view
        self._control = control

    async def next_item(self) -> SettledItem:
        """Open a guest's deposit unless one is open, and return what becomes of its next item.

        The answer waits for the mechanism: an item that was accepted and came back all the same is
        not told as accepted.

        Raises:
            NoItemError: the machine takes none now, nobody brought one, or it is in doubt.
        """
        with trio.move_on_after(PATIENCE_S), self._view.subscribe(_STEPS) as steps:
            await self._open()
            present, begun = Present(self._view.configuration), False
            async for step in steps:
                before = present.snapshot.item
                present.take(step, None)
                item = present.snapshot.item
                if item != before and item.step in _ENDED:
                    return await self._told(item)
                if begun and not is_in(step.after, DEPOSIT):
                    raise NoItemError("the deposit has ended without an item")
                begun = is_in(step.after, DEPOSIT)
            raise NoItemError("the machine was faster than this port, or has stopped")
        raise NoItemError("nothing came of this deposit in time")

    async def end(self) -> None:
        """End the deposit where it can be ended; nothing happens where it cannot."""
        if not is_in(self._view.configuration, WAITING):
            return
        try:
            await self._control.end_session()
        except RefusedError as refused:
            raise NoItemError(str(refused)) from refused

    async def _open(self) -> None:
        configuration = self._view.configuration
        if is_in(configuration, WAITING):
            return
        if not is_in(configuration, IDLE):
            raise NoItemError("the machine takes nothing now")
        try:
            await self._control.start_session(SessionMode.GUEST, None)
        except RefusedError as refused:
            raise NoItemError(str(refused)) from refused

    async def _told(self, item: ItemNow) -> SettledItem:
        if item.step is ItemStep.IN_DOUBT or item.reason is None:
            raise NoItemError("the machine does not know where the item is")
        label = ""
        with trio.move_on_after(_SIGHTING_S):
            sighting = await self._view.sighting(item.client_uuid)
            label = sighting.verdict.label if sighting is not None else ""
        dropped = item.step is ItemStep.DROPPED
        shown = item.reason if dropped or not item.accepted else Reason.TOO_LATE
        return SettledItem(dropped, label, wording_of(shown).indonesian.happened)
