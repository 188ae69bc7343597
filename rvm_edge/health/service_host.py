"""Starts this program or this computer anew, in order."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Final

import trio

PATIENCE_S: Final = 20.0
_LOOK_S: Final = 0.05


class HostError(Exception):
    """The computer does not start anew. The message says why, and what to do."""


class Ending(Enum):
    """What the program was asked to end for."""

    RESTART = "restart"
    """To be started again, by whoever started it."""

    REBOOT = "reboot"
    """Because the computer shuts down; its service manager will send SIGTERM anyway."""


class ServiceHost:
    """`rvm_edge.machine.Host` of a program that a service manager starts again when it ends.

    Neither verb ends anything itself: they say so to the program's main task, which leaves its
    nursery in order, closes the ledger, and returns.

    A reboot is asked for with an empty file, which a unit of the service manager's waits for and
    takes away (``config/systemd/rvm-edge-reboot.path``): this program has no right to do it.
    """

    def __init__(self, request: Path | None) -> None:
        """Prepare.

        Args:
            request: where a reboot is asked for; None where nobody would take it, or the owner
                does not let this program restart the computer.
        """
        self._request = request
        self._asked = trio.Event()
        self._ending: Ending | None = None

    @property
    def ending(self) -> Ending | None:
        """What the program was asked to end for; None while it was not."""
        return self._ending

    async def asked_to_end(self) -> Ending:
        """Return once the program shall end, with what it shall end for."""
        await self._asked.wait()
        return self._ending or Ending.RESTART

    async def restart(self) -> None:
        """Ask the main task to end. Whoever asks is cancelled when that happens."""
        await trio.lowlevel.checkpoint()
        self._end(Ending.RESTART)

    async def reboot(self) -> None:
        """Have the computer started anew, and ask the main task to end.

        Raises:
            HostError: it is not allowed, or nobody took the request.
        """
        await trio.lowlevel.checkpoint()
        if self._request is None:
            raise HostError("this program may not restart the computer")
        await self._ask_for_reboot(self._request)
        self._end(Ending.REBOOT)

    async def _ask_for_reboot(self, request: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            os.close(os.open(request, flags, 0o600))  # in memory: /run never waits for a disk
            try:
                with trio.move_on_after(PATIENCE_S):
                    while _is_there(request):
                        await trio.sleep(_LOOK_S)
                    return
            finally:
                _take_back(request)  # nobody is to find it later
        except OSError as error:
            raise HostError(f"{request}: {error.strerror}") from error
        raise HostError(
            f"nobody took {request} within {PATIENCE_S:g} s; "
            "rvm-edge install --apply makes the unit that does"
        )

    def _end(self, ending: Ending) -> None:
        self._ending = self._ending or ending
        self._asked.set()


def _is_there(request: Path) -> bool:
    return request.exists()


def _take_back(request: Path) -> None:
    request.unlink(missing_ok=True)


def reboot_request(*, may_reboot: bool, runtime_dir: Path | None) -> Path | None:
    """Return where this service asks for a reboot; None where it cannot or may not.

    Args:
        may_reboot: whether the owner lets this program restart the computer.
        runtime_dir: systemd's ``RUNTIME_DIRECTORY``; None for a program started by hand.
    """
    return runtime_dir / "reboot" if may_reboot and runtime_dir is not None else None
