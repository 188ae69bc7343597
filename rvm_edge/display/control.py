"""What the screen may cause at the machine: events for the chart, and orders for its activities.

Nothing is done here by hand: whatever moves or lights something is an activity's work.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from functools import partial

import trio

from rvm_edge.bridges.local.control import RefusedError, Task
from rvm_edge.bridges.local.reset_offer import ResetOffer
from rvm_edge.daemon import Daemon
from rvm_edge.display.alarm_board import AlarmBoard
from rvm_edge.display.checks import Bench, Checks
from rvm_edge.display.fittings import Fittings
from rvm_edge.display.journal_export import export_journal
from rvm_edge.display.moments import utc_text
from rvm_edge.display.outcomes import OUT_OF_USE, Outcomes
from rvm_edge.display.resetting import Resetting
from rvm_edge.display.self_test import SelfTester, Tell
from rvm_edge.display.senses import Senses
from rvm_edge.display.technicians_tasks import order_for, order_to_look
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode
from rvm_edge.locations import Locations
from rvm_edge.machine import EyesError
from rvm_edge.offload import Offload
from rvm_edge.uplink import Uplink
from states import paths
from states.events import (
    MaintenanceEnter,
    MaintenanceExit,
    OrderDone,
    SessionFinished,
    SessionRequested,
)
from states.watching import MAINTENANCE_FLAG

GLIMPSE_MOST_BYTES = 250_000
_LOOK_AGAIN_S = 0.02

_USERS = (
    "nothing that a user's token could be used for is known of the server: "
    "users log in with their app, by the code on the screen"
)


class SteeredMachine:
    """Implements `rvm_edge.bridges.local.control.MachineControl`."""

    def __init__(
        self,
        daemon: Daemon,
        uplink: Uplink,
        fittings: Fittings,
        *,
        board: AlarmBoard,
        locations: Locations,
        offload: Offload,
    ) -> None:
        """Steer a machine that runs.

        Args:
            daemon: the machine.
            uplink: its link to the server.
            fittings: where a technician's orders wait for it, and what its sensors last read.
            board: whose alarms are acknowledged.
            locations: where its journal is, and where copies go.
            offload: where files are copied.
        """
        self._daemon = daemon
        self._outcomes = Outcomes(daemon, fittings.orders)
        self._board = board
        self._locations = locations
        self._offload = offload
        self._resetting = Resetting(daemon.machine, self._outcomes.of_order, time.monotonic)
        self._tester = SelfTester(
            Checks(self._bench(uplink, fittings.senses)), self._may_test, utc_text
        )

    async def start_session(self, mode: SessionMode, user_token: Secret | None) -> str:
        """Start a guest's deposit, and return its session's id.

        Raises:
            RefusedError: the machine did not take it, or it was to be a user's.
        """
        if mode is SessionMode.USER or user_token is not None:
            raise RefusedError(_USERS)
        session_id = str(uuid.uuid4())
        await self._outcomes.of_event(
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
        await self._outcomes.of_event(
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
        await self._outcomes.of_event(
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
            if paths.MAINTENANCE not in self._outcomes.configuration:
                raise RefusedError("the machine has left maintenance again")
            await trio.sleep(_LOOK_AGAIN_S)

    async def exit_maintenance(self) -> None:
        """Give the machine back to the public.

        Raises:
            RefusedError: it is not in maintenance.
        """
        await self._outcomes.of_event(
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
        return await (self._outcomes.of_order(order) if order else self._export(task))

    async def look_inside(self) -> bytes:
        """Take a picture of the chamber, as a JPEG.

        Raises:
            RefusedError: there is none.
        """
        order = order_to_look()
        await self._outcomes.of_order(order)
        machine = self._daemon.machine
        held = machine.tray.look(order.order_id)
        if held is None:
            raise RefusedError("the picture is gone: another one was taken")
        machine.tray.take()
        try:
            return await machine.eyes.as_jpeg(held[0][0], GLIMPSE_MOST_BYTES)
        except EyesError as error:
            raise RefusedError(str(error)) from error

    async def self_test(self, tell: Tell) -> str:
        """Try one part of the machine after the other; return the outcome in a few words.

        Raises:
            RefusedError: another test goes on.
        """
        return await self._tester.run(tell)

    async def begin_reset(self) -> ResetOffer:
        """Offer a code by which the machine can be set up anew.

        Raises:
            RefusedError: this machine cannot forget who it is.
        """
        return await self._resetting.begin()

    async def confirm_reset(self, code: str, *, keep: bool = False) -> str:
        """Have the machine forget who it is; return what stays, in a few words.

        Args:
            code: the one that was offered.
            keep: have it wait for other credentials instead, and stay who it is until then.

        Raises:
            WrongCodeError: this is not the code, or it is good no more.
            RefusedError: nobody may try now, or it was not done.
        """
        return await self._resetting.confirm(code, keep=keep)

    async def acknowledge(self, alarm: str) -> None:
        """Note that somebody has seen an alarm.

        Raises:
            RefusedError: no such alarm stands.
        """
        await trio.lowlevel.checkpoint()
        self._board.acknowledge(alarm)

    def _may_test(self) -> bool:
        return paths.MAINTENANCE in self._outcomes.configuration

    def _bench(self, uplink: Uplink, senses: Senses) -> Bench:
        machine, cloud = self._daemon.machine, uplink.cloud

        def heard_s() -> float | None:
            last_s = cloud.last_contact_s
            return None if last_s is None else time.monotonic() - last_s

        return Bench(
            hardware=machine.hardware,
            senses=senses,
            eyes=machine.eyes,
            telemetry=uplink.telemetry,
            rules=machine.rules,
            heard_s=heard_s,
            why_unheard=lambda: cloud.trouble,
            data_dir=self._locations.data_dir,
            offload=self._offload,
            carried_out=self._outcomes.of_order,
            look=self.look_inside,
        )

    async def _export(self, task: Task) -> str:
        """Copy the journal, and say in it that this was done where the chart takes note of it."""
        work = partial(
            export_journal, self._locations.journal_path, self._locations.data_dir / "exports"
        )
        try:
            path = await self._offload(work)
        except (OSError, sqlite3.Error) as error:
            raise RefusedError(f"the journal could not be copied: {error}") from error
        if any(place in self._outcomes.configuration for place in OUT_OF_USE):
            done = OrderDone(f"screen-{path.stem}", task.value, str(path))
            await self._outcomes.of_event(
                done, only_in=OUT_OF_USE, done=lambda step: step.event == done
            )
        return str(path)
