"""A second worker beside the one that serves, with a model that may take its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import trio

from drivers.ports import Frame
from rvm_edge.machine import EyesError
from rvm_edge.settings import Thresholds, VisionSettings
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.shared_frames import TooMuchError
from rvm_edge.vision.wire import Load, Seen
from rvm_edge.vision.worker_link import ModelRefusedError, WorkerLink, start_worker
from rvm_edge.vision.worker_process import WorkerError


class ModelUnusableError(EyesError):
    """The worker is well, but it cannot use the model: another try would end the same way."""


class Overseer(Protocol):
    """Watches over the models that serve, and says when one is given up."""

    async def lost(self, model: ModelFile, why: str, *, refused: bool) -> ModelFile:
        """Take note of a worker that was lost with this model.

        Args:
            model: with which.
            why: in one line.
            refused: the worker was well, but could not use the model.

        Returns:
            The model that the next worker shall load.
        """
        ...

    def judged(self, model: ModelFile) -> None:
        """Take note of an item that was judged with this model."""
        ...


class Unwatched:
    """`Overseer` of eyes that have one model for life."""

    async def lost(self, model: ModelFile, why: str, *, refused: bool) -> ModelFile:  # noqa: ARG002 - whatever happened
        """Go on with it."""
        await trio.lowlevel.checkpoint()
        return model

    def judged(self, model: ModelFile) -> None:
        """Take no note."""


class SecondWorker:
    """A worker that has loaded its model and judges nobody's item yet.

    Attributes:
        model: which model.
        link: to it; the eyes adopt it.
        gone: set once its process has ended.
    """

    def __init__(self, model: ModelFile, link: WorkerLink, answer_s: float) -> None:
        """See `WorkerEyes.beside`."""
        self.model = model
        self.link = link
        self.gone = trio.Event()
        self._answer_s = answer_s

    @property
    def names(self) -> tuple[str, ...]:
        """The model's classes."""
        return self.link.names

    @property
    def thresholds(self) -> Thresholds | None:
        """What the model brings for the rule; None for one that brings none."""
        return self.link.thresholds

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Look at an item's pictures.

        Raises:
            EyesError: there is no answer, or none in time.
        """
        with trio.move_on_after(self._answer_s):
            try:
                return await self.link.look(frames)
            except (WorkerError, TooMuchError) as error:
                raise EyesError(str(error)) from error
        self.link.process.condemn()
        raise EyesError(f"the worker gave no answer within {self._answer_s:g} s")


async def hold_second(
    command: Sequence[str],
    model: ModelFile,
    settings: VisionSettings,
    task_status: trio.TaskStatus[SecondWorker | EyesError] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Start a second worker, hand it over, or why there is none, and keep it until it is lost."""
    second: SecondWorker | None = None
    failure: WorkerError | None = None
    try:
        async with start_worker(command) as link:
            failure = await load_into(link, model, settings)
            if failure is None:
                second = SecondWorker(model, link, settings.judge_timeout_s)
                task_status.started(second)
                await link.process.ended()
    except WorkerError as error:
        failure = error
    finally:
        if second is not None:
            second.gone.set()
    if second is None:
        refused = isinstance(failure, ModelRefusedError)
        kind = ModelUnusableError if refused else EyesError
        task_status.started(kind(str(failure)))


async def load_into(
    link: WorkerLink, model: ModelFile, settings: VisionSettings
) -> WorkerError | None:
    """Have a worker load a model; return why it did not."""
    with trio.move_on_after(settings.start_timeout_s):
        try:
            await link.load(Load.of(model, settings))
        except WorkerError as error:
            return error
        return None
    return WorkerError(f"the worker was not ready within {settings.start_timeout_s:g} s")
