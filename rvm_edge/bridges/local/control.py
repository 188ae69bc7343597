"""What the bridge may cause at the machine, and how the machine refuses it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from rvm_edge.bridges.local.condition import SelfTest
from rvm_edge.bridges.local.reset_offer import ResetOffer
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode


class Task(Enum):
    """What a technician may have done."""

    OPEN_DOOR = "open_door"
    TEST_MOTOR = "test_motor"
    TEST_LIGHT = "test_light"
    READ_SENSORS = "read_sensors"
    RECALIBRATE = "recalibrate"
    EXPORT_LOGS = "export_logs"


class RefusedError(Exception):
    """The machine does not do it. The message says why, for whoever asked; it holds no secret."""


class WrongCodeError(RefusedError):
    """What was typed is not the code that is good now."""


class MachineControl(Protocol):
    """What a request may cause. The bridge has checked state and rights; the machine decides.

    Each verb returns once the machine has done it, or raises. It may be cancelled at any await,
    when the machine took too long: what was begun then is the machine's to finish.
    """

    async def start_session(self, mode: SessionMode, user_token: Secret | None) -> str:
        """Start a deposit, and return its session's id.

        Args:
            mode: a guest's donation, or a user's.
            user_token: by which the server knows the user; None for a guest.

        Raises:
            RefusedError: the machine did not take it.
        """
        ...

    async def end_session(self) -> None:
        """End the deposit that is going on.

        Raises:
            RefusedError: there is none that could be ended now.
        """
        ...

    async def enter_maintenance(self) -> None:
        """Take the machine out of use.

        Raises:
            RefusedError: it is not possible now.
        """
        ...

    async def exit_maintenance(self) -> None:
        """Give the machine back to the public.

        Raises:
            RefusedError: it is not possible now.
        """
        ...

    async def maintain(self, task: Task) -> str:
        """Do a technician's task; return what came of it, in a few words.

        Raises:
            RefusedError: it was not done.
        """
        ...

    async def look_inside(self) -> bytes:
        """Take a picture of the chamber, as a JPEG.

        Raises:
            RefusedError: there is none.
        """
        ...

    async def self_test(self, tell: Callable[[SelfTest], None]) -> str:
        """Try one part of the machine after the other; return the outcome in a few words.

        Args:
            tell: is called with how far it has come, and last with `running` false, even if it is
                cancelled.

        Raises:
            RefusedError: it did not begin: another one goes on.
        """
        ...

    async def begin_reset(self) -> ResetOffer:
        """Offer a code by which the machine can be set up anew; nothing is forgotten yet.

        Raises:
            RefusedError: this machine cannot forget who it is.
        """
        ...

    async def confirm_reset(self, code: str, *, keep: bool = False) -> str:
        """Forget who the machine is, and start over; return what stays, in a few words.

        Args:
            code: the one that was offered.
            keep: forget nothing: wait for other credentials, and stay who it is until then.

        Raises:
            WrongCodeError: this is not the code, or it is good no more.
            RefusedError: nobody may try now, or it was not done.
        """
        ...

    async def acknowledge(self, alarm: str) -> None:
        """Note that somebody has seen an alarm.

        Raises:
            RefusedError: no such alarm stands.
        """
        ...
