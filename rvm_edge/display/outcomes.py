"""What comes of an event that is posted, or of an order that is left for the chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.daemon import Daemon
from rvm_edge.display.local_orders import LocalOrders
from rvm_edge.orders import Order
from rvm_edge.statechart.definition import Configuration, Event
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import OrderDone, OrderRefused

OUT_OF_USE: Final = (paths.MAINTENANCE, paths.FAULT)
"""Where a technician's orders are carried out."""

_STEPS = 256


class Outcomes:
    """Hands events and orders to a machine, and waits for the step that tells what came of them."""

    def __init__(self, daemon: Daemon, orders: LocalOrders) -> None:
        """Hand to a machine that runs.

        Args:
            daemon: the machine.
            orders: where a technician's orders wait for it.
        """
        self._daemon = daemon
        self._orders = orders

    @property
    def configuration(self) -> Configuration:
        """The active leaves."""
        return self._daemon.runtime.configuration

    async def of_event(
        self, event: Event, only_in: tuple[str, ...], done: Callable[[Step], bool]
    ) -> None:
        """Post an event, and return once the chart has taken it.

        Args:
            event: which.
            only_in: the leaves in which it may be posted; once they are all left without it, it
                was not taken: events are handled in the order in which they came.
            done: recognizes the step.

        Raises:
            RefusedError: it was not taken.
        """
        runtime = self._daemon.runtime
        with runtime.subscribe(_STEPS) as steps:
            self._require(only_in)
            await runtime.post(event)
            async for step in steps:
                if done(step):
                    return
                self._require(only_in)
        raise RefusedError("the machine has stopped")

    def _require(self, only_in: tuple[str, ...]) -> None:
        here = self.configuration
        if not any(leaf in here for leaf in only_in):
            where = " and ".join(here) or "not running"
            raise RefusedError(f"it is not possible now: the machine is in {where}")

    async def of_order(self, order: Order, only_in: tuple[str, ...] = OUT_OF_USE) -> str:
        """Return what the journal says came of an order.

        Args:
            order: which.
            only_in: the leaves in which it may be given.

        Raises:
            RefusedError: it was refused, or given up because its state was left.
        """
        with self._daemon.runtime.subscribe(_STEPS) as steps, self._orders.ordered(order):
            self._require(only_in)
            async for step in steps:
                event = step.event
                if isinstance(event, OrderDone) and event.order_id == order.order_id:
                    return event.result
                if isinstance(event, OrderRefused) and event.order_id == order.order_id:
                    raise RefusedError(event.why)
                if any(place in step.exited for place in only_in):
                    self._require(only_in)
                    if not self._orders.waits(order):
                        raise RefusedError("it was given up: something else happened meanwhile")
        raise RefusedError("the machine has stopped")
