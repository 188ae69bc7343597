"""What the screen may cause at the machine: events for the chart, and orders for its activities.

Nothing is done here by hand: whatever moves or lights something is an activity's work.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from functools import partial

import trio

from rvm_edge.bridges.local.view import RefusedError, Task
from rvm_edge.daemon import Daemon
from rvm_edge.display.alarm_board import AlarmBoard
from rvm_edge.display.journal_export import export_journal
from rvm_edge.display.local_orders import LocalOrders
from rvm_edge.display.technicians_tasks import order_for, order_to_look
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode
from rvm_edge.locations import Locations
from rvm_edge.machine import EyesError
from rvm_edge.offload import Offload
from rvm_edge.orders import Order
from rvm_edge.statechart.definition import Configuration, Event
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import (
    MaintenanceEnter,
    MaintenanceExit,
    OrderDone,
    OrderRefused,
    SessionFinished,
    SessionRequested,
)
from states.watching import MAINTENANCE_FLAG

GLIMPSE_MOST_BYTES = 250_000
_STEPS = 256
_LOOK_AGAIN_S = 0.02
_OUT_OF_USE = (paths.MAINTENANCE, paths.FAULT)

_USERS = (
    "nothing that a user's token could be used for is known of the server: "
    "users log in with their app, by the code on the screen"
)


class SteeredMachine:
    """Implements `rvm_edge.bridges.local.view.MachineControl`."""

    def __init__(
        self,
        daemon: Daemon,
        orders: LocalOrders,
        board: AlarmBoard,
        locations: Locations,
        offload: Offload,
    ) -> None:
        """Steer a machine that runs.

        Args:
            daemon: the machine.
            orders: where a technician's orders wait for it.
            board: whose alarms are acknowledged.
            locations: where its journal is, and where copies go.
            offload: where files are copied.
        """
        self._daemon = daemon
        self._orders = orders
        self._board = board
        self._locations = locations
        self._offload = offload

    async def start_session(self, mode: SessionMode, user_token: Secret | None) -> str:
        """Start a guest's deposit, and return its session's id.

        Raises:
            RefusedError: the machine did not take it, or it was to be a user's.
        """
        if mode is SessionMode.USER or user_token is not None:
            raise RefusedError(_USERS)
        session_id = str(uuid.uuid4())
        await self._have_done(
            SessionRequested(session_id, mode.value),
            only_in=(paths.IDLE,),
            done=lambda step: (
                isinstance(step.event, SessionRequested) and step.event.session_id == session_id
            ),
        )
        return session_id

    async def end_session(self) -> None:
        """End the deposit that is going on.

        Raises:
            RefusedError: there is none that could be ended now.
        """
        await self._have_done(
            SessionFinished(),
            only_in=(paths.WAITING,),
            done=lambda step: (
                isinstance(step.event, SessionFinished) and paths.WAITING in step.exited
            ),
        )

    async def enter_maintenance(self) -> None:
        """Take the machine out of use; return once it will stay so, whatever the door does.

        Raises:
            RefusedError: somebody is being served, or it is not possible now.
        """
        await self._have_done(
            MaintenanceEnter(),
            only_in=(
                paths.IDLE,
                paths.FULL,
                paths.CAPPED,
                paths.UNAUTHORIZED,
                paths.BLOCKED,
                paths.FAULT,
            ),
            done=lambda step: paths.MAINTENANCE in step.entered,
        )
        flags = self._daemon.machine.flags
        while not await flags.is_set(MAINTENANCE_FLAG):
            if paths.MAINTENANCE not in self._configuration:
                raise RefusedError("the machine has left maintenance again")
            await trio.sleep(_LOOK_AGAIN_S)

    async def exit_maintenance(self) -> None:
        """Give the machine back to the public.

        Raises:
            RefusedError: it is not in maintenance.
        """
        await self._have_done(
            MaintenanceExit(),
            only_in=(paths.MAINTENANCE,),
            done=lambda step: isinstance(step.event, MaintenanceExit),
        )

    async def maintain(self, task: Task) -> str:
        """Do a technician's task; return what came of it, in a few words.

        Raises:
            RefusedError: it was not done.
        """
        order = order_for(task)
        return await (self._carried_out(order) if order else self._export(task))

    async def look_inside(self) -> bytes:
        """Take a picture of the chamber, as a JPEG.

        Raises:
            RefusedError: there is none.
        """
        order = order_to_look()
        await self._carried_out(order)
        machine = self._daemon.machine
        held = machine.tray.look(order.order_id)
        if held is None:
            raise RefusedError("the picture is gone: another one was taken")
        machine.tray.take()
        try:
            return await machine.eyes.as_jpeg(held[0][0], GLIMPSE_MOST_BYTES)
        except EyesError as error:
            raise RefusedError(str(error)) from error

    async def acknowledge(self, alarm: str) -> None:
        """Note that somebody has seen an alarm.

        Raises:
            RefusedError: no such alarm stands.
        """
        await trio.lowlevel.checkpoint()
        self._board.acknowledge(alarm)

    @property
    def _configuration(self) -> Configuration:
        return self._daemon.runtime.configuration

    async def _have_done(
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
        here = self._configuration
        if not any(leaf in here for leaf in only_in):
            where = " and ".join(here) or "not running"
            raise RefusedError(f"it is not possible now: the machine is in {where}")

    async def _carried_out(self, order: Order) -> str:
        """Return what the journal says came of an order.

        Raises:
            RefusedError: it was refused, or given up because its state was left.
        """
        with self._daemon.runtime.subscribe(_STEPS) as steps, self._orders.ordered(order):
            self._require(_OUT_OF_USE)
            async for step in steps:
                event = step.event
                if isinstance(event, OrderDone) and event.order_id == order.order_id:
                    return event.result
                if isinstance(event, OrderRefused) and event.order_id == order.order_id:
                    raise RefusedError(event.why)
                if any(place in step.exited for place in _OUT_OF_USE):
                    self._require(_OUT_OF_USE)
                    if not self._orders.waits(order):
                        raise RefusedError("it was given up: something else happened meanwhile")
        raise RefusedError("the machine has stopped")

    async def _export(self, task: Task) -> str:
        """Copy the journal, and say in it that this was done where the chart takes note of it."""
        work = partial(
            export_journal, self._locations.journal_path, self._locations.data_dir / "exports"
        )
        try:
            path = await self._offload(work)
        except (OSError, sqlite3.Error) as error:
            raise RefusedError(f"the journal could not be copied: {error}") from error
        if any(place in self._configuration for place in _OUT_OF_USE):
            done = OrderDone(f"screen-{path.stem}", task.value, str(path))
            await self._have_done(done, only_in=_OUT_OF_USE, done=lambda step: step.event == done)
        return str(path)
