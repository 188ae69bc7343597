"""The machine's eyes: a worker process that is kept alive, and the rule over what it sees.

The daemon imports this module; it brings no array, image or model library with it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from drivers.ports import Frame
from rvm_edge.item import Detection, Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.cut_outs import MOST_BYTES, CutOuts
from rvm_edge.vision.evidence import Signs
from rvm_edge.vision.kept_worker import EyesState, KeptWorker
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.picture_header import fits_as_jpeg
from rvm_edge.vision.second_worker import Overseer, SecondWorker, Unwatched
from rvm_edge.vision.segmenter.hearing import Box, Hearing
from rvm_edge.vision.segmenter.opinion import MaskFigures
from rvm_edge.vision.wire import Looked, Seen
from rvm_edge.vision.worker_link import WORKER_COMMAND, WorkerLink

_LOG = logging.getLogger(__name__)


class WorkerEyes:
    """Implements `rvm_edge.machine.Eyes` with a worker process.

    Attributes:
        second_judge: is heard about items that the rule accepts, where it is enabled.
        cut_outs: what it took for the item that was judged last.
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
        self.second_judge = Hearing(settings)
        self.cut_outs = CutOuts()
        self._settings = settings
        self._overseer = overseer or Unwatched()
        self._worker = KeptWorker(settings, model, command, self._overseer, self.second_judge)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[WorkerEyes]:
        """Keep a worker alive while the context lasts. Returns before the worker is ready."""
        async with self._worker.run():
            yield self

    @property
    def state(self) -> EyesState:
        """Whether they can judge right now."""
        return self._worker.state

    @property
    def trouble(self) -> str:
        """Why the last worker was lost, or "" while all is well."""
        return self._worker.trouble

    @property
    def restarts(self) -> int:
        """How many workers were lost so far."""
        return self._worker.restarts

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that is ready, or None."""
        return self._worker.link.process.pid if self._worker.link else None

    @property
    def model(self) -> ModelFile:
        """The model that serves, or that the next worker is to load."""
        return self._worker.model

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model that is loaded; none while none is."""
        return self._worker.link.names if self._worker.link else ()

    @property
    def model_hash(self) -> str:
        """SHA-256 of the model that is loaded, in hex, or "" while none is."""
        return self._worker.link.model_hash if self._worker.link else ""

    async def ready(self) -> None:
        """Return once a worker is ready; cancel it to stop waiting.

        Raises:
            EyesError: the worker refuses its model: waiting would not mend that.
        """
        await self._worker.ready()

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
        self.cut_outs.forget()

        async def look(link: WorkerLink) -> tuple[Looked, WorkerLink]:
            seen = await link.examine(frames, about.dark), link
            self._overseer.judged(self._worker.model)
            return seen

        async def measure(number: int, box: Box) -> MaskFigures:
            frame = frames[number]
            outlined = await self._worker.ask(lambda link: link.measure(frame, box, MOST_BYTES))
            self.cut_outs.note(frame, outlined.cut)
            return outlined.figures

        seen, link = await self._worker.ask(look)
        verdict = decide(
            [_findings(one) for one in seen.pictures],
            self._settings.rule_with(link.thresholds),
            weight_g=weight_g,
            elapsed_s=trio.current_time() - started,
            model_hash=link.model_hash,
            signs=_signs(seen, about),
        )
        return await self.second_judge.hear(verdict, measure, lambda: trio.current_time() - started)

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG of at most `most_bytes`; see `rvm_edge.machine.Eyes`.

        A JPEG that is short enough is returned as it is, without the worker.

        Raises:
            EyesError: the picture cannot be read or made so short, or as in `judge`.
        """
        if fits_as_jpeg(frame, most_bytes):
            await trio.lowlevel.checkpoint()
            return frame.data
        return await self._worker.ask(lambda link: link.compress(frame, most_bytes))

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Look at pictures without deciding anything.

        Raises:
            EyesError: as in `judge`.
        """
        return await self._worker.ask(lambda link: link.look(frames))

    def beside(self, model: ModelFile) -> AbstractAsyncContextManager[SecondWorker]:
        """Keep a second worker with another model; see `KeptWorker.beside`."""
        return self._worker.beside(model)

    async def adopt(self, second: SecondWorker) -> None:
        """Let a second worker judge from the next item on; see `KeptWorker.adopt`."""
        await self._worker.adopt(second)


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
        _LOG.warning("a picture is unreadable: %s", seen.unreadable)
        return None
    return tuple(one.as_detection() for one in seen.found)
