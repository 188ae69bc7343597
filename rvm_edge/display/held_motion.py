"""A part that moves while a button is held, and stops when it is let go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import trio

from drivers.ports import Brake, DriverError
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.technicians_tasks import order_to_move
from rvm_edge.orders import Component, Motion, Order
from rvm_edge.provisioning.wizard.premises import End, LetGo
from states.errands import STOPPED

END_S: Final = 10.0
"""So long a movement may go on that cannot be stopped; longer than any order may take."""

AGAIN_S: Final = 0.05
"""Between two stops: what was on its way to the motor when it was let go begins late."""

_SHUTS: Final = frozenset({(Component.GATE, Motion.CLOSE), (Component.SORTER, Motion.RESET)})

Give = Callable[[Order], Awaitable[str]]
"""Has the chart carry an order out, and returns what came of it; raises `RefusedError`."""

Withdraw = Callable[[Order], None]
"""Wants an order no more that is not begun yet."""


@dataclass
class _Movement:
    """One movement, which goes on until it has an end, whoever waits for it."""

    over: trio.Event = field(default_factory=trio.Event)
    what: str = ""
    refusal: RefusedError | None = None

    async def run(self, carried_out: Awaitable[str], bound: trio.CancelScope) -> None:
        try:
            with bound:
                self.what = await carried_out
        except RefusedError as error:
            self.refusal = error
        finally:
            self.over.set()


class HeldMotion:
    """Moves the machine's parts for whoever sets it up. Remembers whether the gate is shut."""

    def __init__(self, give: Give, withdraw: Withdraw, brake: Callable[[], Brake | None]) -> None:
        """Move nothing yet.

        Args:
            give: has a part moved, on an order.
            withdraw: has an order that waits not carried out.
            brake: what stops a part on its way; None where nothing does.
        """
        self._give = give
        self._withdraw = withdraw
        self._brake = brake
        self.gate_may_be_open = False

    async def hold(self, part: Component, motion: Motion, let_go: LetGo) -> End:
        """Move a part once, for as long as its button is held.

        Nothing is moved after that, not even to shut the gate: a hand may be where the finger went.
        Who is cancelled has let go.

        Raises:
            RefusedError: it was not moved, or not to its end.
        """
        self.gate_may_be_open = True
        order, movement, runs_on = order_to_move(part, motion), _Movement(), False
        bound = trio.CancelScope(shield=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(movement.run, self._give(order), bound)
            try:
                await _first(movement.over.wait, let_go)
            finally:
                bound.deadline = trio.current_time() + END_S
                self._withdraw(order)
                with trio.CancelScope(shield=True):
                    runs_on = await self._stop(movement)
        if movement.refusal is not None:
            raise movement.refusal
        if not movement.what:
            raise RefusedError(f"it did not end within {END_S:g} s")
        if movement.what.endswith(STOPPED):
            return "stopped"
        self.gate_may_be_open = (part, motion) not in _SHUTS
        return "ran_on" if runs_on else "done"

    async def _stop(self, movement: _Movement) -> bool:
        """Stop it until it is over; return whether it went on to its end by itself."""
        brake, runs_on = self._brake(), False
        while not movement.over.is_set():
            try:
                runs_on = brake is None or not await brake.stop()
            except DriverError:
                runs_on = True
            with trio.move_on_after(AGAIN_S):
                await movement.over.wait()
        return runs_on


async def _first(*waits: LetGo) -> None:
    """Return when the first of them does."""
    async with trio.open_nursery() as nursery:

        async def wait(one: LetGo) -> None:
            await one()
            nursery.cancel_scope.cancel()

        for one in waits:
            nursery.start_soon(wait, one)
