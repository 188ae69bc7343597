"""One worker's process: how it is started, spoken to, found dead, and ended for certain."""

from __future__ import annotations

import socket
import subprocess
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import trio

from drivers.child_environment import child_environment
from rvm_edge.background import background_tasks
from rvm_edge.vision.wire import Answer, Splitter, WireError, decode

_READ_BYTES = 65536
_SEND_S = 1.0
_REAP_S = 5.0
_STDERR_LINES = 5
_STDERR_LINE_CHARACTERS = 300


class WorkerError(Exception):
    """The worker died, hung, or said something that is no answer."""


class WorkerProcess:
    """A worker that runs, and the socket that it is spoken to through."""

    def __init__(self, process: trio.Process, stream: trio.SocketStream) -> None:
        """See `worker_process`."""
        self._process = process
        self._stream = stream
        self._splitter = Splitter()
        self._last_words: deque[str] = deque(maxlen=_STDERR_LINES)
        self._condemned = trio.Event()
        self._stderr_ended = trio.Event()

    @property
    def serves(self) -> bool:
        """Whether it has neither died nor been given up, as far as is known."""
        return self._process.returncode is None and not self._condemned.is_set()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def condemn(self) -> None:
        """Give this worker up; whoever awaits `ended` will end it."""
        self._condemned.set()

    async def ended(self) -> None:
        """Return once the worker has died or was given up."""
        async with background_tasks() as nursery:

            async def watch() -> None:
                await self._process.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            await self._condemned.wait()

    def how_it_ended(self) -> str:
        """Return what is known of a worker that went away, in one line."""
        code = self._process.returncode
        how = (
            "hung up" if code is None else f"died of signal {-code}" if code < 0 else f"exit {code}"
        )
        words = next((line for line in reversed(self._last_words) if line), "")
        return f"the worker {how}" + (f": {words}" if words else "")

    async def send(self, message: bytes) -> None:
        """Send one message, whole.

        Raises:
            WorkerError: the worker has gone, or does not read it.
        """
        # Half a message would make nonsense of the next one, so this is not cut short from outside.
        with trio.CancelScope(shield=True, deadline=trio.current_time() + _SEND_S) as scope:
            try:
                await self._stream.send_all(message)
            except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                raise WorkerError(await self._farewell()) from error
        if scope.cancelled_caught:
            raise WorkerError("the worker does not read what it is sent")

    async def receive(self) -> Answer:
        """Wait for the next answer. May be cancelled.

        Raises:
            WorkerError: the worker has gone, or what it sent is no answer.
        """
        try:
            while (body := self._splitter.take()) is None:
                data = await self._stream.receive_some(_READ_BYTES)
                if not data:
                    raise WorkerError(await self._farewell())
                self._splitter.feed(data)
            return decode(body, Answer)  # type: ignore[arg-type] # mypy has no type for a union
        except WireError as error:
            raise WorkerError(f"the worker sent no answer: {error}") from error
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise WorkerError(await self._farewell()) from error

    async def listen_to_stderr(self) -> None:
        """Keep the last lines that the worker or its libraries wrote, for the error message."""
        stderr = self._process.stderr
        assert stderr is not None
        rest = b""
        async for data in stderr:
            *lines, rest = (rest + data)[-_READ_BYTES:].split(b"\n")
            for line in lines:
                self._last_words.append(
                    line.decode("utf-8", "replace")[:_STDERR_LINE_CHARACTERS].strip()
                )
        self._stderr_ended.set()

    async def _farewell(self) -> str:
        with trio.move_on_after(_SEND_S):
            await self._process.wait()
            await self._stderr_ended.wait()
        return self.how_it_ended()


@asynccontextmanager
async def worker_process(command: Sequence[str], frames_fd: int) -> AsyncIterator[WorkerProcess]:
    """Start a worker's process; on leaving it is killed and reaped, whatever state it is in.

    Args:
        command: what to start; the two file descriptors are appended.
        frames_fd: of the memory that it shares with us.

    Raises:
        WorkerError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
        process = await _spawn(command, theirs.fileno(), frames_fd)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    worker = WorkerProcess(process, stream)
    try:
        async with background_tasks() as nursery:
            nursery.start_soon(worker.listen_to_stderr)
            yield worker
    finally:
        await _end(process, stream)


async def _spawn(command: Sequence[str], connection_fd: int, frames_fd: int) -> trio.Process:
    try:
        return await trio.lowlevel.open_process(
            [*command, str(connection_fd), str(frames_fd)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(connection_fd, frames_fd),
            env={**child_environment(), "PYTHONUNBUFFERED": "1"},
        )
    except OSError as error:
        raise WorkerError(f"the worker cannot be started: {error.strerror}") from error


async def _end(process: trio.Process, stream: trio.SocketStream) -> None:
    with trio.CancelScope(shield=True, deadline=trio.current_time() + _REAP_S):
        process.kill()
        await stream.aclose()
        if process.stderr is not None:
            await process.stderr.aclose()
        await process.wait()
