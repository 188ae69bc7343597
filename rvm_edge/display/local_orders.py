"""Orders of the technician at the screen, beside those of the server: one place, one hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import trio

from rvm_edge.machine import Orders
from rvm_edge.orders import Action, Order, Refusal


class LocalOrders:
    """What was ordered at the screen and nobody has taken yet. Bounded by who waits for it."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []
        self._withdrawn: dict[str, bool] = {}
        self._others: list[trio.CancelScope] = []

    @contextmanager
    def ordered(self, order: Order) -> Iterator[None]:
        """Let an order wait while inside: afterwards nobody waits for what comes of it.

        What was taken by then is carried out all the same, or given up, as the chart says.
        """
        self._waiting.append(order)
        self._withdrawn[order.order_id] = False
        for scope in self._others:
            scope.cancel()
        try:
            yield
        finally:
            if order in self._waiting:
                self._waiting.remove(order)
            del self._withdrawn[order.order_id]

    def withdraw(self, order: Order) -> None:
        """Want an order no more: what is not begun yet is not begun, and refused."""
        if order.order_id in self._withdrawn:
            self._withdrawn[order.order_id] = True

    def is_withdrawn(self, order: Order) -> bool:
        """Say whether an order is wanted no more."""
        return self._withdrawn.get(order.order_id, False)

    def waits(self, order: Order) -> bool:
        """Say whether nobody has taken an order."""
        return order in self._waiting

    def take(self, actions: frozenset[Action]) -> Order | None:
        """Hand over the oldest order to do one of `actions`, if there is one."""
        found = next((order for order in self._waiting if order.action in actions), None)
        if found is not None:
            self._waiting.remove(found)
        return found

    @contextmanager
    def while_none_comes(self) -> Iterator[None]:
        """Cancel what is inside when an order comes."""
        with trio.CancelScope() as scope:
            self._others.append(scope)
            try:
                yield
            finally:
                self._others.remove(scope)


class MergedOrders:
    """`rvm_edge.machine.Orders`: the server's desk, with the screen's orders before all others.

    They are handed out one by one to whoever asks, so nothing moves for the one while it moves for
    the other.
    """

    def __init__(self, desk: Orders, local: LocalOrders) -> None:
        self._desk = desk
        self._local = local

    async def next(self, actions: frozenset[Action]) -> Order:
        """Hand over the next order to do one of `actions`, waiting for one.

        The desk is asked in the caller's own task, under a scope of its own: an order that it has
        handed over is returned whatever comes meanwhile, so none is ever lost.
        """
        await trio.lowlevel.checkpoint()
        while True:
            order = self._local.take(actions)
            if order is not None:
                return order
            with self._local.while_none_comes():
                return await self._desk.next(actions)

    def is_withdrawn(self, order: Order) -> bool:
        """Say whether a technician's order is wanted no more; a server's always is."""
        return self._local.is_withdrawn(order) or self._desk.is_withdrawn(order)

    async def next_refusal(self) -> Refusal:
        """Hand over the oldest refusal that is not in the journal yet, waiting for one."""
        return await self._desk.next_refusal()
