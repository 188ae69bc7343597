"""A camera's process: started in a session of its own, read through a pipe, ended for certain.

Whatever a driver, a firmware or a bus can hang in, it hangs over there: the machine's own process
only waits for a pipe, and SIGKILL is all that is needed to get rid of it. If the machine's own
process is the one that is killed, nobody is left to do that: a shell of one line, in the same
session, waits for that and kills the rest, or a camera that hangs would be held for ever.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from subprocess import PIPE
from typing import Final, Protocol

import trio

from drivers.child_environment import child_environment
from drivers.ports import DeviceGoneError, DriverError

_READ_BYTES: Final = 256 * 1024
_WORDS_BYTES: Final = 1000
_WORDS_LINES: Final = 2
_KILLED_S: Final = 5.0
_END_S: Final = 1.0
_OUTLIVES_NOBODY: Final = (
    "sh",
    "-c",
    'exec 3<&0\n(read -r nothing <&3; kill -KILL 0) >/dev/null 2>&1 &\nexec "$@" 3<&- </dev/null',
    "sh",
)
"""Runs what follows with nothing to read, in a session that is killed once our end of its standard
input is closed, by whatever it was. The kernel's own PR_SET_PDEATHSIG goes by the thread that
started a process, which may end any time."""


class Source(Protocol):
    """Where a stream of pictures comes from."""

    def open(self) -> contextlib.AbstractAsyncContextManager[Pictures]:
        """Begin a stream; it ends with the block.

        Raises:
            DeviceGoneError: there is none.
        """
        ...


class Pictures(Protocol):
    """A stream of pictures."""

    async def receive(self) -> bytes:
        """Return some bytes of it; never empty.

        Raises:
            DriverError: it has ended. The message says why.
        """
        ...


class CameraProcess:
    """`Source` that is a program's standard output."""

    def __init__(self, command: Sequence[str]) -> None:
        """Prepare.

        Args:
            command: the program, which writes pictures until its pipe is gone.
        """
        self._command = tuple(command)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Pictures]:
        """Run the program while inside.

        Raises:
            DeviceGoneError: it cannot be run.
        """
        name = self._command[0]
        if shutil.which(name) is None:
            raise DeviceGoneError(f"{name} cannot be run: {os.strerror(errno.ENOENT)}")
        try:
            process = await trio.lowlevel.open_process(
                (*_OUTLIVES_NOBODY, *self._command),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                start_new_session=True,
                env=child_environment(),
            )
        except OSError as error:
            raise DeviceGoneError(f"{name} cannot be run: {error.strerror or error}") from error
        output = _Output(process, shlex.join(self._command)[:200])
        failure: DriverError | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(output.hear_words)
            try:
                yield output
            except DriverError as error:
                failure = error
            finally:
                with trio.CancelScope(shield=True):
                    await output.end()
                nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure


class _Output:
    """`Pictures` of a program that runs."""

    def __init__(self, process: trio.Process, name: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._lifeline = process.stdin
        self._stdout, self._stderr = process.stdout, process.stderr
        self._name = name
        self._words = bytearray()
        self._heard = trio.Event()

    async def receive(self) -> bytes:
        """Return some bytes.

        Raises:
            DeviceGoneError: the program has ended.
        """
        try:
            some = await self._stdout.receive_some(_READ_BYTES)
        except trio.BrokenResourceError:
            some = b""
        if some:
            return bytes(some)
        with trio.move_on_after(_END_S):
            await self._heard.wait()
            await self._process.wait()
        raise DeviceGoneError(self._how_it_ended())

    async def hear_words(self) -> None:
        """Take in what it says on its standard error, and keep the end of it."""
        with contextlib.suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            async for some in self._stderr:
                self._words += some
                del self._words[:-_WORDS_BYTES]
        self._heard.set()

    async def end(self) -> None:
        """Kill it, with all it started. One that the kernel does not let go is left to it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with trio.move_on_after(_KILLED_S):
            await self._process.wait()
        await self._lifeline.aclose()
        await self._stdout.aclose()
        await self._stderr.aclose()

    def _how_it_ended(self) -> str:
        code = self._process.returncode
        how = "closed its pipe" if code is None else f"ended with exit code {code}"
        lines = [
            " ".join(line.split()) for line in self._words.decode(errors="replace").split("\n")
        ]
        said = " / ".join([line for line in lines if line][-_WORDS_LINES:])
        return f"the camera's process {how}{f'; it said: {said}' if said else f': {self._name}'}"
