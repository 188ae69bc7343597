"""Turns what happens in the machine into events for the screens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import trio

from rvm_edge.bridges.local.condition_parts import ModelNow
from rvm_edge.bridges.local.fanout import Fanout
from rvm_edge.bridges.local.parts import (
    AlarmsNow,
    AnyPart,
    LoginNow,
    Looked,
    QueueNow,
    SensorsNow,
    SetupNow,
    SiteNow,
)
from rvm_edge.bridges.local.present import VERDICT, Present
from rvm_edge.bridges.local.view import MachineView, Sighting
from rvm_edge.statechart.publishing import Step

CAPACITY: Final = 256
"""How many steps may wait for the bridge before it has to begin anew."""

_SIGHTING_S = 0.5  # a verdict without its box is better than one that comes late
_LOOK_S = 5.0
_LOG = logging.getLogger(__name__)


class Feed:
    """Follows the machine, and tells the fan-out."""

    def __init__(
        self,
        view: MachineView,
        present: Present,
        fanout: Fanout,
        now: Callable[[], str],
        *,
        on_change: Callable[[AnyPart], None] = lambda _part: None,
    ) -> None:
        """Prepare.

        Args:
            view: the machine.
            present: what is known of it; kept up to date from here.
            fanout: who is told.
            now: UTC, ISO 8601.
            on_change: called with every part that changed, after everybody was told.
        """
        self._view = view
        self._present = present
        self._fanout = fanout
        self._now = now
        self._on_change = on_change

    async def follow_steps(self) -> None:
        """Tell of every step until cancelled, or until the machine has stopped."""
        while True:
            with self._view.subscribe(CAPACITY) as steps:
                self._present.begin_anew(self._view.configuration)
                self._fanout.begin_anew(self._present.snapshot, self._now())
                async for step in steps:
                    decided = step.record.event == VERDICT
                    sighting = await self._sighting(step) if decided else None
                    for part in self._present.take(step, sighting):
                        self._publish(part, step.record.at)
            if not self._view.configuration:
                return
            _LOG.warning("the local bridge was too slow for the machine, and begins anew")

    async def look_around(self, every_s: float) -> None:
        """Tell of what does not announce itself, such as sensors and alarms, until cancelled."""
        while True:
            with trio.move_on_after(_LOOK_S):
                await self._look()
            await trio.sleep(every_s)

    def change(self, part: Looked) -> None:
        """Tell of a part that no step tells of, if it is another one than before."""
        if self._present.look(part):
            self._publish(part, self._now())

    async def _sighting(self, step: Step) -> Sighting | None:
        with trio.move_on_after(_SIGHTING_S):
            try:
                return await self._view.sighting(str(step.record.data.get("client_uuid", "")))
            except Exception:  # noqa: BLE001 - whatever is wrong with this, the steps go on
                _LOG.exception("what the eyes saw could not be looked up")
        return None

    async def _look(self) -> None:
        try:
            self.change(SiteNow(time_zone=self._view.time_zone))
            figures = await self._view.telemetry.figures()
            queue = QueueNow(
                waiting=figures.waiting,
                ambiguous=figures.ambiguous,
                dead=figures.dead,
                held=figures.held,
            )
            self.change(queue)
            self.change(SensorsNow.of(await self._view.sensors()))
            self.change(ModelNow.of(await self._view.records.model()))
            self.change(LoginNow.of(self._view.login))
            self.change(SetupNow.of(self._view.set_up))
            self.change(AlarmsNow(alarms=await self._view.alarms()))
        except Exception:  # noqa: BLE001 - no fault of the machine; the next look may do
            _LOG.exception("the machine could not be looked at")

    def _publish(self, part: AnyPart, at: str) -> None:
        self._fanout.publish(part, at)
        self._on_change(part)
