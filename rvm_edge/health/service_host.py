"""Starts this program or this computer anew, in order."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from enum import Enum

import trio

REBOOT_COMMAND = ("systemctl", "--no-ask-password", "reboot")
PATIENCE_S = 20.0

_SHOWN_CHARACTERS = 200


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
    """

    def __init__(
        self,
        *,
        may_reboot: bool,
        environment: Mapping[str, str] | None = None,
        command: tuple[str, ...] = REBOOT_COMMAND,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Prepare.

        Args:
            may_reboot: whether the owner lets this program restart the computer.
            environment: stands for `os.environ`; systemd sets ``INVOCATION_ID`` there
                (systemd.exec(5)).
            command: asks for the reboot.
            patience_s: how long that is waited for.
        """
        self._may_reboot = may_reboot
        self._environment = os.environ if environment is None else environment
        self._command = command
        self._patience_s = patience_s
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
            HostError: it is not allowed, no service manager is there to do it, or it refused.
        """
        await trio.lowlevel.checkpoint()
        if not self._may_reboot:
            raise HostError("the owner does not let this program restart the computer")
        if not self._environment.get("INVOCATION_ID"):
            raise HostError("not started by systemd; restart the computer by hand")
        await self._ask_for_reboot()
        self._end(Ending.REBOOT)

    async def _ask_for_reboot(self) -> None:
        shown = " ".join(self._command)
        try:
            with trio.fail_after(self._patience_s):
                done = await trio.run_process(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    capture_stdout=True,
                    capture_stderr=True,
                    check=False,
                )
        except trio.TooSlowError as error:
            raise HostError(f"{shown} did not answer within {self._patience_s:g} s") from error
        except OSError as error:
            raise HostError(f"{shown} cannot be run: {error.strerror}") from error
        if done.returncode != 0:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())[:_SHOWN_CHARACTERS]
            raise HostError(f"{shown} refused: {said or f'exit code {done.returncode}'}")

    def _end(self, ending: Ending) -> None:
        self._ending = self._ending or ending
        self._asked.set()
