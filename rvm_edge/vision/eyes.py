"""The machine's eyes: a worker process that is kept alive, and the rule over what it sees.

The daemon imports this module; it brings no array, image or model library with it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import TypeVar

import trio

from drivers.ports import Frame
from rvm_edge.item import Detection, Verdict
from rvm_edge.machine import EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.picture_header import fits_as_jpeg
from rvm_edge.vision.shared_frames import TooMuchError
from rvm_edge.vision.wire import Load, Seen
from rvm_edge.vision.worker_link import (
    WORKER_COMMAND,
    ModelRefusedError,
    PictureRefusedError,
    WorkerError,
    WorkerLink,
    start_worker,
)

_log = logging.getLogger(__name__)

A = TypeVar("A")


class EyesState(Enum):
    """Whether the eyes can judge right now."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"


class WorkerEyes:
    """Implements `rvm_edge.machine.Eyes` with a worker process.

    Attributes:
        state: whether it can judge right now.
        trouble: why the last worker was lost, or "" while all is well.
        restarts: how many workers were lost so far.
    """

    def __init__(
        self,
        settings: VisionSettings,
        model: ModelFile,
        command: Sequence[str] = WORKER_COMMAND,
    ) -> None:
        """Nothing starts here; see `run`.

        Args:
            settings: how to see.
            model: which model.
            command: what to start as the worker.
        """
        self._settings = settings
        self._load = Load(
            model=str(model.path),
            sha256=model.sha256,
            threads=settings.threads,
            floor=settings.confidence_floor,
            nms_iou=settings.nms_iou,
        )
        self._command = command
        self._link: WorkerLink | None = None
        self._turn = trio.Event()
        self._one_at_a_time = trio.Lock()
        self._model_refused = False
        self._wait_s = settings.restart_first_s
        self.state = EyesState.STARTING
        self.trouble = ""
        self.restarts = 0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[WorkerEyes]:
        """Keep a worker alive while the context lasts. Returns before the worker is ready."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_a_worker)
            yield self
            nursery.cancel_scope.cancel()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that is ready, or None."""
        return self._link.pid if self._link else None

    @property
    def model_hash(self) -> str:
        """SHA-256 of the model that is loaded, in hex, or "" while none is."""
        return self._link.model_hash if self._link else ""

    async def ready(self) -> None:
        """Return once a worker is ready; cancel it to stop waiting.

        Raises:
            EyesError: the worker refuses its model: waiting would not mend that.
        """
        await self._ready_link()

    async def judge(self, frames: Sequence[Frame], weight_g: float | None) -> Verdict:
        """Look at one item's pictures and decide; see `rvm_edge.machine.Eyes`.

        Raises:
            EyesError: the worker died, hung past `judge_timeout_s`, was not ready by then, or
                cannot use its model.
        """
        started = trio.current_time()

        async def look(link: WorkerLink) -> tuple[tuple[Seen, ...], str]:
            return await link.look(frames), link.model_hash

        seen, model_hash = await self._ask(look)
        return decide(
            [_findings(one) for one in seen],
            self._settings.acceptance,
            weight_g=weight_g,
            elapsed_s=trio.current_time() - started,
            model_hash=model_hash,
        )

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG of at most `most_bytes`; see `rvm_edge.machine.Eyes`.

        A JPEG that is short enough is returned as it is, without the worker.

        Raises:
            EyesError: the picture cannot be read or made so short, or as in `judge`.
        """
        if fits_as_jpeg(frame, most_bytes):
            await trio.lowlevel.checkpoint()
            return frame.data
        return await self._ask(lambda link: link.compress(frame, most_bytes))

    async def _ask(self, what: Callable[[WorkerLink], Awaitable[A]]) -> A:
        """Ask a ready worker, one question at a time; give it up if it has no answer in time.

        Raises:
            EyesError: there is no answer.
        """
        limit = self._settings.judge_timeout_s
        link: WorkerLink | None = None
        with trio.move_on_after(limit):
            async with self._one_at_a_time:
                link = await self._ready_link()
                try:
                    answer = await what(link)
                except (TooMuchError, PictureRefusedError) as error:
                    raise EyesError(str(error)) from error
                except WorkerError as error:
                    self._lose(link, str(error))
                    raise EyesError(str(error)) from error
                self._wait_s = self._settings.restart_first_s
                return answer
        if link is None:
            raise EyesError(f"the eyes were not ready within {limit:g} s{self._because()}")
        self._lose(link, f"the worker gave no answer within {limit:g} s")
        raise EyesError(self.trouble)

    async def _ready_link(self) -> WorkerLink:
        while self._link is None:
            if self._model_refused:  # waiting does not mend a model
                raise EyesError(self.trouble)
            await self._turn.wait()
        return self._link

    def _lose(self, link: WorkerLink, why: str) -> None:
        """Give a worker up at once, so that the next item waits for its successor."""
        link.condemn()
        if self._link is link:
            self._change(EyesState.RESTARTING, None, why)

    def _because(self) -> str:
        return f": {self.trouble}" if self.trouble else ""

    def _change(self, state: EyesState, link: WorkerLink | None, trouble: str) -> None:
        self.state, self._link, self.trouble = state, link, trouble
        self._turn.set()
        self._turn = trio.Event()

    async def _keep_a_worker(self) -> None:
        """Start a worker; when it is lost start another one, waiting longer each time in vain."""
        while True:
            self._model_refused = False
            try:
                async with start_worker(self._command) as link:
                    await self._serve(link)
            except WorkerError as error:
                self._change(EyesState.RESTARTING, None, str(error))
            self.restarts += 1
            wait_s = self._wait_s
            self._wait_s = min(wait_s * 2, self._settings.restart_cap_s)
            _log.warning("%s; a new worker starts in %g s", self.trouble, wait_s)
            await trio.sleep(wait_s)

    async def _serve(self, link: WorkerLink) -> None:
        """Have a worker load its model, offer it, and return when it is lost."""
        limit = self._settings.start_timeout_s
        trouble = f"the worker was not ready within {limit:g} s"
        with trio.move_on_after(limit):
            try:
                await link.load(self._load)
                trouble = ""
            except ModelRefusedError as error:
                self._model_refused = True
                trouble = str(error)
            except WorkerError as error:
                trouble = str(error)
        if trouble:
            self._change(EyesState.RESTARTING, None, trouble)
            return
        self._change(EyesState.READY, link, "")
        try:
            await link.ended()
        finally:
            self._lose(link, link.how_it_ended())


def _findings(seen: Seen) -> tuple[Detection, ...] | None:
    """Return one picture's detections, or None for a picture that could not be read."""
    if seen.unreadable:
        _log.warning("a picture is unreadable: %s", seen.unreadable)
        return None
    return tuple(one.as_detection() for one in seen.found)
