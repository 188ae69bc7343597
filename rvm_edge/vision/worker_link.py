"""The daemon's end of one worker process: starting it, asking it, and ending it for certain."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import trio

from drivers.ports import Encoding, Frame
from rvm_edge.settings import Thresholds
from rvm_edge.vision.picture_header import fits_as_jpeg
from rvm_edge.vision.segmenter.hearing import NoOpinionError
from rvm_edge.vision.segmenter.opinion import MaskFigures
from rvm_edge.vision.shared_frames import SharedFrames, TooMuchError
from rvm_edge.vision.wire import (
    MAX_PICTURES,
    Answer,
    Compress,
    Compressed,
    Load,
    Loaded,
    Look,
    Looked,
    Measure,
    Measured,
    Picture,
    Refused,
    Request,
    Seen,
    Splitter,
    WireError,
    decode,
    encode,
)

WORKER_COMMAND = (sys.executable, "-m", "rvm_edge.vision.worker")

_READ_BYTES = 65536
_SEND_S = 1.0
_REAP_S = 5.0
_STDERR_LINES = 5
_STDERR_LINE_CHARACTERS = 300
_NOT_ASKED = "the worker answered something else than asked"


class WorkerError(Exception):
    """The worker died, hung, or said something that is no answer."""


class ModelRefusedError(WorkerError):
    """The worker is well, but it cannot use the model."""


class PictureRefusedError(Exception):
    """The worker is well, but it cannot make the picture that was asked for."""


@dataclass(frozen=True)
class Outlined:
    """What the second judge made of an item.

    Attributes:
        figures: of its mask.
        cut: a JPEG of the item on grey; b"" if there is none.
    """

    figures: MaskFigures
    cut: bytes


class WorkerLink:
    """One running worker. Not for two tasks at once."""

    def __init__(
        self, process: trio.Process, stream: trio.SocketStream, frames: SharedFrames
    ) -> None:
        self._process = process
        self._stream = stream
        self._frames = frames
        self._splitter = Splitter()
        self._number = 0
        self._owed = 0
        self._last_words: deque[str] = deque(maxlen=_STDERR_LINES)
        self._condemned = trio.Event()
        self._stderr_ended = trio.Event()
        self.model_hash = ""
        self.names: tuple[str, ...] = ()
        self.second_judge = self.judge_trouble = ""
        self.thresholds: Thresholds | None = None

    @property
    def serves(self) -> bool:
        """Whether it has neither died nor been given up, as far as is known."""
        return self._process.returncode is None and not self._condemned.is_set()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    async def load(self, wanted: Load) -> Loaded:
        """Have the worker load its model; the first thing to ask of it.

        Raises:
            ModelRefusedError: it cannot use the model.
            WorkerError: there is no answer.
        """
        await self._send(encode(wanted))
        answer = await self._receive()
        if isinstance(answer, Refused):
            raise ModelRefusedError(answer.why)
        if not isinstance(answer, Loaded):
            raise WorkerError(_NOT_ASKED)
        self.model_hash, self.names = answer.model_hash, answer.names
        self.second_judge, self.judge_trouble = answer.second_judge, answer.judge_trouble
        self.thresholds = answer.thresholds
        return answer

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Have the worker look at an item's pictures; see `examine`."""
        return (await self.examine(frames)).pictures

    async def examine(self, frames: Sequence[Frame], dark: Frame | None = None) -> Looked:
        """Have the worker look at an item's pictures, and measure the one with the lamp off.

        May be cancelled: the answer that is then still to come is passed over by the next call.

        Raises:
            TooMuchError: the pictures do not fit; the worker is as well as before.
            WorkerError: there is no answer.
        """
        taken = len(frames)
        if taken > MAX_PICTURES:
            raise TooMuchError(f"{taken} pictures of one item; at most {MAX_PICTURES}")
        answer = await self._ask(
            [*frames, *([dark] if dark else [])],
            lambda number, pictures: Look(number, pictures[:taken], *pictures[taken:]),
        )
        if not isinstance(answer, Looked):
            raise WorkerError(_NOT_ASKED)
        if len(answer.pictures) != taken:
            raise WorkerError("the worker answered for another number of pictures")
        return answer

    async def compress(self, frame: Frame, most_bytes: int) -> bytes:
        """Have the worker make a JPEG of at most `most_bytes` bytes. May be cancelled, as `look`.

        Raises:
            TooMuchError: the picture is too large for the shared memory.
            PictureRefusedError: the picture cannot be read, or no JPEG of it is short enough.
            WorkerError: there is no answer.
        """
        answer = await self._ask(
            [frame], lambda number, pictures: Compress(number, pictures[0], most_bytes)
        )
        if not isinstance(answer, Compressed):
            raise WorkerError(_NOT_ASKED)
        if answer.failed:
            raise PictureRefusedError(answer.failed)
        if answer.length > most_bytes:
            raise WorkerError("the worker made a longer JPEG than it was asked for")
        made = self._handed_back(frame, answer.length, most_bytes)
        if not made:
            raise WorkerError("the worker made something else than a JPEG")
        return made

    async def measure(
        self, frame: Frame, box: tuple[float, float, float, float], most_bytes: int
    ) -> Outlined:
        """Have the second judge measure the item in a picture. May be cancelled, as `look`.

        A cut-out that does not fit into `most_bytes`, or is no JPEG, is left out: the figures count
        without it.

        Raises:
            TooMuchError: the picture is too large for the shared memory.
            NoOpinionError: there is no second judge, or it has no answer.
            WorkerError: there is no answer.
        """
        answer = await self._ask(
            [frame], lambda number, pictures: Measure(number, pictures[0], box, most_bytes)
        )
        if not isinstance(answer, Measured):
            raise WorkerError(_NOT_ASKED)
        if answer.failed:
            raise NoOpinionError(answer.failed)
        cut = self._handed_back(frame, answer.length, most_bytes)
        return Outlined(answer.figures, cut)

    def _handed_back(self, frame: Frame, length: int, most_bytes: int) -> bytes:
        """Return the JPEG that the worker made of a frame; b"" if it is none, or too long."""
        if not 0 < length <= most_bytes:
            return b""
        made = replace(frame, encoding=Encoding.JPEG, data=self._frames.take(length))
        return made.data if fits_as_jpeg(made, most_bytes) else b""

    async def _ask(
        self,
        frames: Sequence[Frame],
        request: Callable[[int, tuple[Picture, ...]], Request],
    ) -> Looked | Compressed | Measured:
        while self._owed:
            await self._receive()
            self._owed -= 1
        pictures = self._frames.put(frames)
        self._number += 1
        self._owed += 1
        await self._send(encode(request(self._number, pictures)))
        answer = await self._receive()
        self._owed -= 1
        if isinstance(answer, Refused):
            raise WorkerError(f"the worker refused: {answer.why}")
        if isinstance(answer, Loaded) or answer.number != self._number:
            raise WorkerError(_NOT_ASKED)
        return answer

    def condemn(self) -> None:
        """Give this worker up; whoever awaits `ended` will end it."""
        self._condemned.set()

    async def ended(self) -> None:
        """Return once the worker has died or was given up."""
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                await self._process.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            await self._condemned.wait()
            nursery.cancel_scope.cancel()

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

    def how_it_ended(self) -> str:
        """Return what is known of a worker that went away, in one line."""
        code = self._process.returncode
        how = (
            "hung up" if code is None else f"died of signal {-code}" if code < 0 else f"exit {code}"
        )
        words = next((line for line in reversed(self._last_words) if line), "")
        return f"the worker {how}" + (f": {words}" if words else "")

    async def _send(self, message: bytes) -> None:
        # Half a message would make nonsense of the next one, so this is not cut short from outside.
        with trio.CancelScope(shield=True, deadline=trio.current_time() + _SEND_S) as scope:
            try:
                await self._stream.send_all(message)
            except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                raise WorkerError(await self._farewell()) from error
        if scope.cancelled_caught:
            raise WorkerError("the worker does not read what it is sent")

    async def _receive(self) -> Answer:
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

    async def _farewell(self) -> str:
        with trio.move_on_after(_SEND_S):
            await self._process.wait()
            await self._stderr_ended.wait()
        return self.how_it_ended()


@asynccontextmanager
async def start_worker(command: Sequence[str] = WORKER_COMMAND) -> AsyncIterator[WorkerLink]:
    """Start a worker; on leaving it is killed and reaped, whatever state it is in.

    Args:
        command: what to start; the two file descriptors are appended.

    Raises:
        WorkerError: it cannot be started.
    """
    with SharedFrames() as frames:
        ours, theirs = socket.socketpair()
        try:
            stream = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
            process = await _spawn([*command, str(theirs.fileno()), str(frames.fd)], theirs, frames)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        link = WorkerLink(process, stream, frames)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(link.listen_to_stderr)
                yield link
                nursery.cancel_scope.cancel()
        finally:
            await _end(process, stream)


async def _spawn(
    command: Sequence[str], connection: socket.socket, frames: SharedFrames
) -> trio.Process:
    try:
        return await trio.lowlevel.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(connection.fileno(), frames.fd),
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
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
