"""What one worker can be asked, and what it may answer."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
from msgspec.structs import replace

from drivers.ports import Encoding, Frame
from rvm_edge.settings import Thresholds
from rvm_edge.vision.picture_header import fits_as_jpeg
from rvm_edge.vision.segmenter.hearing import NoOpinionError
from rvm_edge.vision.segmenter.opinion import MaskFigures
from rvm_edge.vision.shared_frames import SharedFrames, TooMuchError
from rvm_edge.vision.wire import (
    MAX_PICTURES,
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
    encode,
)
from rvm_edge.vision.worker_process import WorkerError, WorkerProcess, worker_process

WORKER_COMMAND = (sys.executable, "-m", "rvm_edge.vision.worker")

_NOT_ASKED = "the worker answered something else than asked"


class ModelRefusedError(WorkerError):
    """The worker is well, but it cannot use the model."""


class PictureRefusedError(Exception):
    """The worker is well, but it cannot make the picture that was asked for."""


class Outlined(msgspec.Struct, frozen=True):
    """What the second judge made of an item.

    Attributes:
        figures: of its mask.
        cut: a JPEG of the item on grey; b"" if there is none.
    """

    figures: MaskFigures
    cut: bytes


class WorkerLink:
    """One running worker. Not for two tasks at once.

    Attributes:
        process: the worker's, to see whether it lives and to give it up.
        model_hash: of the model that it has loaded; "" before.
        names: the model's classes.
        second_judge: which one is there, or "".
        judge_trouble: why the one that was asked for is not, or "".
        thresholds: what the model brings for the rule; None for one that brings none.
    """

    def __init__(self, process: WorkerProcess, frames: SharedFrames) -> None:
        """See `start_worker`."""
        self.process = process
        self._frames = frames
        self._number = 0
        self._owed = 0
        self.model_hash = ""
        self.names: tuple[str, ...] = ()
        self.second_judge = self.judge_trouble = ""
        self.thresholds: Thresholds | None = None

    async def load(self, wanted: Load) -> Loaded:
        """Have the worker load its model; the first thing to ask of it.

        Raises:
            ModelRefusedError: it cannot use the model.
            WorkerError: there is no answer.
        """
        await self.process.send(encode(wanted))
        answer = await self.process.receive()
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
            await self.process.receive()
            self._owed -= 1
        pictures = self._frames.put(frames)
        self._number += 1
        self._owed += 1
        await self.process.send(encode(request(self._number, pictures)))
        answer = await self.process.receive()
        self._owed -= 1
        if isinstance(answer, Refused):
            raise WorkerError(f"the worker refused: {answer.why}")
        if isinstance(answer, Loaded) or answer.number != self._number:
            raise WorkerError(_NOT_ASKED)
        return answer


@asynccontextmanager
async def start_worker(command: Sequence[str]) -> AsyncIterator[WorkerLink]:
    """Start a worker; on leaving it is killed and reaped, whatever state it is in.

    Args:
        command: what to start; the two file descriptors are appended.

    Raises:
        WorkerError: it cannot be started.
    """
    with SharedFrames() as frames:
        async with worker_process(command, frames.fd) as process:
            yield WorkerLink(process, frames)
