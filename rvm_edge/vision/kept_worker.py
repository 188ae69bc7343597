"""The worker that serves: kept alive, replaced when it is lost, asked one question at a time.

The daemon imports this module; it brings no array, image or model library with it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import TypeVar

import trio

from rvm_edge.background import background_tasks
from rvm_edge.machine import EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.second_worker import Overseer, SecondWorker, hold_second, load_into
from rvm_edge.vision.segmenter.hearing import Hearing
from rvm_edge.vision.shared_frames import TooMuchError
from rvm_edge.vision.worker_link import (
    ModelRefusedError,
    PictureRefusedError,
    WorkerLink,
    start_worker,
)
from rvm_edge.vision.worker_process import WorkerError

_LOG = logging.getLogger(__name__)

A = TypeVar("A")


class EyesState(Enum):
    """Whether the eyes can judge right now."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"


class KeptWorker:
    """Has a worker at hand from `run` on, whatever becomes of the one before.

    Attributes:
        state: whether one can be asked right now.
        trouble: why the last one was lost, or "" while all is well.
        restarts: how many were lost so far.
        model: which model serves, or is to be loaded by the next one.
        link: the worker that is ready, or None.
    """

    def __init__(
        self,
        settings: VisionSettings,
        model: ModelFile,
        command: Sequence[str],
        overseer: Overseer,
        hearing: Hearing,
    ) -> None:
        """Nothing starts here; see `run`.

        Args:
            settings: how long to wait for what.
            model: which model.
            command: what to start as the worker.
            overseer: who says which model to go on with when a worker is lost.
            hearing: is told what each worker says of its second judge, and may dismiss it.
        """
        self.state = EyesState.STARTING
        self.trouble = ""
        self.restarts = 0
        self.model = model
        self.link: WorkerLink | None = None
        self._settings = settings
        self._command = command
        self._overseer = overseer
        self._hearing = hearing
        self._nursery: trio.Nursery | None = None
        self._turn = trio.Event()
        self._one_at_a_time = trio.Lock()
        self._model_refused = False
        self._wait_s = settings.restart_first_s

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Keep a worker alive while the context lasts. Returns before the worker is ready."""
        async with background_tasks() as nursery:
            nursery.start_soon(self._keep_a_worker)
            self._nursery = nursery
            yield
            self._nursery = None

    async def ready(self) -> WorkerLink:
        """Return the worker once one is ready; cancel it to stop waiting.

        Raises:
            EyesError: it refuses its model: waiting would not mend that.
        """
        while self.link is None:
            if self._model_refused:  # waiting does not mend a model
                raise EyesError(self.trouble)
            await self._turn.wait()
        return self.link

    @asynccontextmanager
    async def beside(self, model: ModelFile) -> AsyncIterator[SecondWorker]:
        """Keep a second worker with another model while inside; `adopt` makes it the one to stay.

        Raises:
            EyesError: it cannot be started, or it cannot use the model.
        """
        if self._nursery is None:
            raise EyesError("the eyes do not run")
        second: SecondWorker | EyesError = await self._nursery.start(
            hold_second, self._command, model, self._hearing.settings
        )
        if isinstance(second, EyesError):
            raise second
        try:
            yield second
        finally:
            if self.link is not second.link:
                second.link.process.condemn()
                with trio.CancelScope(shield=True):
                    await second.gone.wait()

    async def adopt(self, second: SecondWorker) -> None:
        """Let a second worker judge from the next item on. An item in hand is finished first.

        Raises:
            EyesError: it is gone.
        """
        async with self._one_at_a_time:
            if not second.link.process.serves:
                raise EyesError(f"the second worker is gone: {second.link.process.how_it_ended()}")
            old = self.link
            self.model, self._model_refused = second.model, False
            self._wait_s = self._settings.restart_first_s
            self._change(EyesState.READY, second.link, "")
            if old is not None:
                old.process.condemn()

    async def ask(self, what: Callable[[WorkerLink], Awaitable[A]]) -> A:
        """Ask a ready worker, one question at a time; give it up if it has no answer in time.

        Raises:
            EyesError: there is no answer.
        """
        limit = self._settings.judge_timeout_s
        link: WorkerLink | None = None
        with trio.move_on_after(limit):
            async with self._one_at_a_time:
                link = await self.ready()
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

    def _lose(self, link: WorkerLink, why: str) -> None:
        """Give a worker up at once, so that the next item waits for its successor."""
        link.process.condemn()
        if self.link is link:
            self._change(EyesState.RESTARTING, None, why)

    def _because(self) -> str:
        return f": {self.trouble}" if self.trouble else ""

    def _change(self, state: EyesState, link: WorkerLink | None, trouble: str) -> None:
        self.state, self.link, self.trouble = state, link, trouble
        if link is not None:
            self._hearing.worker_says(link.second_judge, link.judge_trouble)
        self._turn.set()
        self._turn = trio.Event()

    async def _keep_a_worker(self) -> None:
        """Start a worker; when it is lost start another one, waiting longer each time in vain.

        One that was adopted takes the place of the one that was started here.
        """
        while True:
            if self.link is not None:
                await self._until_lost(self.link)
            else:
                await self._start_one()
            if self.link is None:
                self.restarts += 1
                await self._report_loss()
                wait_s = self._wait_s
                self._wait_s = min(wait_s * 2, self._settings.restart_cap_s)
                _LOG.warning("%s; a new worker starts in %g s", self.trouble, wait_s)
                await trio.sleep(wait_s)

    async def _start_one(self) -> None:
        """Have a worker load the model, offer it, and return when it is lost or replaced."""
        self._model_refused = False
        model = self.model
        try:
            async with start_worker(self._command) as link:
                trouble = await load_into(link, model, self._hearing.settings)
                if self.link is not None:  # another one was adopted meanwhile
                    return
                if trouble is None:
                    self._change(EyesState.READY, link, "")
                    await self._until_lost(link)
                else:
                    self._model_refused = isinstance(trouble, ModelRefusedError)
                    self._change(EyesState.RESTARTING, None, str(trouble))
        except WorkerError as error:
            if self.link is None:
                self._change(EyesState.RESTARTING, None, str(error))

    async def _until_lost(self, link: WorkerLink) -> None:
        try:
            await link.process.ended()
        finally:
            self._lose(link, link.process.how_it_ended())

    async def _report_loss(self) -> None:
        """Tell the overseer, and go on with the model that it names."""
        model = self.model
        refused = self._model_refused
        following = await self._overseer.lost(model, self.trouble, refused=refused)
        if self.model is model and following != model:
            self.model, self._model_refused = following, False
