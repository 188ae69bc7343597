"""Whose eyes the simulated machine has, how they are watched, and how they are put out."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import msgspec
import trio

from drivers.ports import Frame
from rvm_edge.item import Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances, Eyes, EyesError
from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.simulator.eyes import ScriptedEyes
from rvm_edge.simulator.world import World
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose


class EyesKind(Enum):
    """Who judges."""

    WORKER = "worker"
    """The model in its own process, as on a real machine."""
    IN_PROCESS = "in-process"
    """The same model in this process, for virtual time."""
    SCRIPTED = "scripted"
    """No model: the world's truth."""


class EyesTrouble(Protocol):
    """Takes the machine's sight away and gives it back."""

    @property
    def sight(self) -> str:
        """Whether the eyes can judge, in a word."""
        ...

    def lose(self) -> None:
        """Let whoever looks die."""
        ...

    def hang(self) -> None:
        """Let whoever looks say nothing any more."""
        ...

    def mend(self) -> None:
        """Let them see again."""
        ...


@dataclass
class Look:
    """One item as the eyes saw it.

    Attributes:
        frames: its pictures.
        verdict: what was decided, or None while it is being looked at, or if nothing was.
        failed: why nothing was decided, or "".
    """

    frames: tuple[Frame, ...]
    verdict: Verdict | None = None
    failed: str = ""


@dataclass
class WatchedEyes:
    """Eyes that remember what they looked at last."""

    eyes: Eyes
    last: Look | None = None

    async def ready(self) -> None:
        """Return once a verdict can be given.

        Raises:
            EyesError: as the eyes say.
        """
        await self.eyes.ready()

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        Raises:
            EyesError: as the eyes say.
        """
        look = self.last = Look(tuple(frames))
        try:
            look.verdict = await self.eyes.judge(frames, weight_g, about)
        except EyesError as error:
            look.failed = str(error)
            raise
        return look.verdict

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG of at most `most_bytes`.

        Raises:
            EyesError: as the eyes say.
        """
        return await self.eyes.as_jpeg(frame, most_bytes)


@dataclass
class BreakableEyes:
    """Eyes in this process that can be lost and can hang, as a worker can."""

    eyes: Eyes
    _lost: bool = False
    _hung: bool = False
    _mended: trio.Event = field(default_factory=trio.Event)

    async def ready(self) -> None:
        """Return once they see again.

        Raises:
            EyesError: as the eyes say.
        """
        while self._lost:
            await self._mended.wait()
        await self.eyes.ready()

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        Raises:
            EyesError: they are lost, or as the eyes say.
        """
        await self._see()
        return await self.eyes.judge(frames, weight_g, about)

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG of at most `most_bytes`.

        Raises:
            EyesError: they are lost, or as the eyes say.
        """
        await self._see()
        return await self.eyes.as_jpeg(frame, most_bytes)

    async def _see(self) -> None:
        if self._hung:
            await trio.sleep_forever()
        if self._lost:
            raise EyesError("the eyes are lost")

    @property
    def sight(self) -> str:
        """Whether the eyes can judge, in a word."""
        return "lost" if self._lost else "hung" if self._hung else "ready"

    def lose(self) -> None:
        """Give no verdict until mended."""
        self._lost = True

    def hang(self) -> None:
        """Answer nothing until mended."""
        self._hung = True

    def mend(self) -> None:
        """See again."""
        self._lost = self._hung = False
        self._mended.set()
        self._mended = trio.Event()


class WorkerTrouble(msgspec.Struct, frozen=True):
    """Signals to the real worker process. It is replaced by itself, so there is nothing to mend."""

    worker: WorkerEyes

    @property
    def sight(self) -> str:
        """Whether the eyes can judge, in a word."""
        return self.worker.state.value

    def lose(self) -> None:
        """Kill the worker."""
        self._send(signal.SIGKILL)

    def hang(self) -> None:
        """Stop the worker in its tracks."""
        self._send(signal.SIGSTOP)

    def mend(self) -> None:
        """Leave it to the daemon, which starts a new worker."""

    def _send(self, what: signal.Signals) -> None:
        if self.worker.worker_pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.worker.worker_pid, what)


@contextlib.asynccontextmanager
async def eyes_of(
    kind: EyesKind, settings: VisionSettings, world: World
) -> AsyncIterator[tuple[WatchedEyes, EyesTrouble]]:
    """Run the eyes while the block lasts.

    Raises:
        ManifestError: no model is named.
        ModelError: the model cannot be used in this process.
    """
    if kind is EyesKind.WORKER:
        worker = worker_eyes(settings)
        async with worker.run():
            yield WatchedEyes(worker), WorkerTrouble(worker)
        return
    breakable = BreakableEyes(
        ScriptedEyes(world) if kind is EyesKind.SCRIPTED else _in_process(settings)
    )
    yield WatchedEyes(breakable), breakable


def worker_eyes(settings: VisionSettings) -> WorkerEyes:
    """Return the model in its own process, not started yet.

    Raises:
        ManifestError: no model is named.
    """
    return WorkerEyes(settings, _model(settings))


def _in_process(settings: VisionSettings) -> Eyes:
    # Brings NumPy, OpenCV and ONNX Runtime with it.
    from rvm_edge.vision.in_process import InProcessEyes

    return InProcessEyes.load(settings, _model(settings))


def _model(settings: VisionSettings) -> ModelFile:
    return choose(settings, model_file(MANIFEST).parent)
