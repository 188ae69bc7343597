"""Chromium as a process: with its DevTools on descriptors 3 and 4, in a session of its own.

A pipe needs no port that somebody else could connect to, and the browser ends by itself when the
other end is gone, however the keeper died.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from collections.abc import Sequence
from typing import Final

import trio

from drivers.child_environment import child_environment

COMMANDS_FD: Final = 3
ANSWERS_FD: Final = 4
GOODBYE_S: Final = 2.0

_ABOVE: Final = 10  # a pipe's ends must not lie where the browser's own will
_LAST_WORDS_S: Final = 0.2
_LAST_WORDS_BYTES: Final = 2000
_LAST_WORDS_LINES: Final = 3


class BrowserStartError(Exception):
    """The browser's program cannot be run."""


class BrowserProcess:
    """A browser that was started, and everything that it started.

    Attributes:
        commands: to the browser.
        answers: from it.
        pid: of the browser, and of its process group.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start it.

        Raises:
            BrowserStartError: there is no such program, or it may not be run.
        """
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()
        ours_words, theirs_words = _pipe()
        try:
            self.pid = os.posix_spawnp(
                command[0],
                list(command),
                child_environment(),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, theirs_words, 1),
                    (os.POSIX_SPAWN_DUP2, theirs_words, 2),
                    (os.POSIX_SPAWN_DUP2, theirs_in, COMMANDS_FD),
                    (os.POSIX_SPAWN_DUP2, theirs_out, ANSWERS_FD),
                ],
                setsid=True,
                setsigdef=(signal.SIGPIPE, signal.SIGINT),
            )
        except OSError as error:
            for end in (ours_out, ours_in, ours_words):
                os.close(end)
            raise BrowserStartError(
                f"{command[0]} cannot be run: {error.strerror}; see kiosk.browser"
            ) from error
        finally:
            for end in (theirs_in, theirs_out, theirs_words):
                os.close(end)
        self._pidfd = os.pidfd_open(self.pid)
        self.commands = trio.lowlevel.FdStream(ours_out)
        self.answers = trio.lowlevel.FdStream(ours_in)
        self._words = trio.lowlevel.FdStream(ours_words)
        self._last_words = bytearray()
        self._status: int | None = None

    @property
    def last_words(self) -> str:
        """What it said last, in one line."""
        lines = self._last_words.decode(errors="replace").split("\n")
        said = [" ".join(line.split()) for line in lines if line.strip()]
        return " / ".join(said[-_LAST_WORDS_LINES:])

    async def hear_words(self) -> None:
        """Take in what it says on its standard outputs, and keep the end of it."""
        with contextlib.suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            async for some in self._words:
                self._last_words += some
                del self._last_words[:-_LAST_WORDS_BYTES]

    async def wait(self) -> str:
        """Return how it ended, in one line."""
        if self._status is None:
            await trio.lowlevel.wait_readable(self._pidfd)
            self._reap()
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code < 0:
            return f"the browser was killed by {signal.Signals(-code).name}"
        return f"the browser ended with exit code {code}"

    async def end(self, patience_s: float = GOODBYE_S) -> None:
        """End it, with all it started; not to be cancelled.

        Args:
            patience_s: how long it may take to end by itself.
        """
        with trio.CancelScope(shield=True):
            await self.commands.aclose()
            with trio.move_on_after(patience_s):
                await self.wait()
            with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left
                os.killpg(self.pid, signal.SIGKILL)
            await self.wait()
            with trio.move_on_after(_LAST_WORDS_S):
                await self.hear_words()  # whatever lies in the pipe still
            await self.answers.aclose()
            await self._words.aclose()
        trio.lowlevel.notify_closing(self._pidfd)
        os.close(self._pidfd)

    def _reap(self) -> None:
        if self._status is None:
            _, self._status = os.waitpid(self.pid, 0)


def _pipe() -> tuple[int, int]:
    """Open a pipe whose ends are out of the way."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
