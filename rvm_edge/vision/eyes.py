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
from rvm_edge.machine import NOTHING_ELSE, Circumstances, EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.evidence import Signs
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.picture_header import fits_as_jpeg
from rvm_edge.vision.second_worker import (
    Overseer,
    SecondWorker,
    Unwatched,
    hold_second,
    load_into,
)
from rvm_edge.vision.segmenter.hearing import Hearing
from rvm_edge.vision.shared_frames import TooMuchError
from rvm_edge.vision.wire import Looked, Seen
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
        second_judge: is heard about items that the rule accepts, where it is enabled.
    """

    def __init__(
        self,
        settings: VisionSettings,
        model: ModelFile,
        command: Sequence[str] = WORKER_COMMAND,
        overseer: Overseer | None = None,
    ) -> None:
        """Nothing starts here; see `run`.

        Args:
            settings: how to see.
            model: which model.
            command: what to start as the worker.
            overseer: who says which model to go on with when a worker is lost; nobody unless told.
        """
        self._settings = settings
        self._model = model
        self._command = command
        self._overseer = overseer or Unwatched()
        self._nursery: trio.Nursery | None = None
        self._link: WorkerLink | None = None
        self._turn = trio.Event()
        self._one_at_a_time = trio.Lock()
        self._model_refused = False
        self._wait_s = settings.restart_first_s
        self.second_judge = Hearing(settings)
        self.state = EyesState.STARTING
        self.trouble = ""
        self.restarts = 0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[WorkerEyes]:
        """Keep a worker alive while the context lasts. Returns before the worker is ready."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_a_worker)
            self._nursery = nursery
            yield self
            self._nursery = None
            nursery.cancel_scope.cancel()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that is ready, or None."""
        return self._link.pid if self._link else None

    @property
    def model(self) -> ModelFile:
        """The model that serves, or that the next worker is to load."""
        return self._model

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model that is loaded; none while none is."""
        return self._link.names if self._link else ()

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

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide; see `rvm_edge.machine.Eyes`.

        Raises:
            EyesError: the worker died, hung past `judge_timeout_s`, was not ready by then, or
                cannot use its model.
        """
        started = trio.current_time()

        async def look(link: WorkerLink) -> tuple[Looked, WorkerLink]:
            seen = await link.examine(frames, about.dark), link
            self._overseer.judged(self._model)
            return seen

        seen, link = await self._ask(look)
        verdict = decide(
            [_findings(one) for one in seen.pictures],
            self._settings.rule_with(link.thresholds),
            weight_g=weight_g,
            elapsed_s=trio.current_time() - started,
            model_hash=link.model_hash,
            signs=_signs(seen, about),
        )
        return await self.second_judge.hear(
            verdict,
            lambda number, box: self._ask(lambda link: link.measure(frames[number], box)),
            lambda: trio.current_time() - started,
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

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Look at pictures without deciding anything.

        Raises:
            EyesError: as in `judge`.
        """
        return await self._ask(lambda link: link.look(frames))

    @asynccontextmanager
    async def beside(self, model: ModelFile) -> AsyncIterator[SecondWorker]:
        """Keep a second worker with another model while inside; `adopt` makes it the one to stay.

        Raises:
            EyesError: it cannot be started, or it cannot use the model.
        """
        if self._nursery is None:
            raise EyesError("the eyes do not run")
        second: SecondWorker | EyesError = await self._nursery.start(
            hold_second, self._command, model, self.second_judge.settings
        )
        if isinstance(second, EyesError):
            raise second
        try:
            yield second
        finally:
            if self._link is not second.link:
                second.link.condemn()
                with trio.CancelScope(shield=True):
                    await second.gone.wait()

    async def adopt(self, second: SecondWorker) -> None:
        """Let a second worker judge from the next item on. An item in hand is finished first.

        Raises:
            EyesError: it is gone.
        """
        async with self._one_at_a_time:
            if not second.link.serves:
                raise EyesError(f"the second worker is gone: {second.link.how_it_ended()}")
            old = self._link
            self._model, self._model_refused = second.model, False
            self._wait_s = self._settings.restart_first_s
            self._change(EyesState.READY, second.link, "")
            if old is not None:
                old.condemn()

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
        if link is not None:
            self.second_judge.worker_says(link.second_judge, link.judge_trouble)
        self._turn.set()
        self._turn = trio.Event()

    async def _keep_a_worker(self) -> None:
        """Start a worker; when it is lost start another one, waiting longer each time in vain.

        One that was adopted takes the place of the one that was started here.
        """
        while True:
            if self._link is not None:
                await self._until_lost(self._link)
            else:
                await self._start_one()
            if self._link is None:
                self.restarts += 1
                await self._report_loss()
                wait_s = self._wait_s
                self._wait_s = min(wait_s * 2, self._settings.restart_cap_s)
                _log.warning("%s; a new worker starts in %g s", self.trouble, wait_s)
                await trio.sleep(wait_s)

    async def _start_one(self) -> None:
        """Have a worker load the model, offer it, and return when it is lost or replaced."""
        self._model_refused = False
        model = self._model
        try:
            async with start_worker(self._command) as link:
                trouble = await load_into(link, model, self.second_judge.settings)
                if self._link is not None:  # another one was adopted meanwhile
                    return
                if trouble is None:
                    self._change(EyesState.READY, link, "")
                    await self._until_lost(link)
                else:
                    self._model_refused = isinstance(trouble, ModelRefusedError)
                    self._change(EyesState.RESTARTING, None, str(trouble))
        except WorkerError as error:
            if self._link is None:
                self._change(EyesState.RESTARTING, None, str(error))

    async def _until_lost(self, link: WorkerLink) -> None:
        try:
            await link.ended()
        finally:
            self._lose(link, link.how_it_ended())

    async def _report_loss(self) -> None:
        """Tell the overseer, and go on with the model that it names."""
        model = self._model
        refused = self._model_refused
        following = await self._overseer.lost(model, self.trouble, refused=refused)
        if self._model is model and following != model:
            self._model, self._model_refused = following, False


def _signs(seen: Looked, about: Circumstances) -> Signs:
    """Return what the pictures tell beside the things in them."""
    return Signs(
        figures=[one.figures for one in seen.pictures],
        dhashes=[one.dhash for one in seen.pictures],
        dark=seen.dark,
        earlier=about.earlier,
    )


def _findings(seen: Seen) -> tuple[Detection, ...] | None:
    """Return one picture's detections, or None for a picture that could not be read."""
    if seen.unreadable:
        _log.warning("a picture is unreadable: %s", seen.unreadable)
        return None
    return tuple(one.as_detection() for one in seen.found)
