"""How a candidate takes over: tried beside the model that serves, recorded, then adopted.

What the record says is what the next start loads. So a power cut before the record is written
leaves the old model, and one after it a model that has passed its trial.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

import trio

from drivers.ports import Frame
from rvm_edge.machine import EyesError
from rvm_edge.offload import Offload
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.canary import Canary
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.memory import THIS_COMPUTER, Memory, require_room
from rvm_edge.vision.models.store import ModelStore, on_disk
from rvm_edge.vision.models.trial import Bounds, Judge, Marks, require_classes, try_out
from rvm_edge.vision.second_worker import SecondWorker
from rvm_edge.vision.wire import Seen


class SwappableEyes(Protocol):
    """Eyes that can take another model; `WorkerEyes` are."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model that is loaded; none while none is."""
        ...

    @property
    def worker_pid(self) -> int | None:
        """The process that serves, or None."""
        ...

    def beside(self, model: ModelFile) -> AbstractAsyncContextManager[SecondWorker]:
        """Keep a second worker with another model while inside; `adopt` makes it stay."""
        ...

    async def adopt(self, second: SecondWorker) -> None:
        """Let a second worker judge from the next item on."""
        ...

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Look at pictures without deciding anything."""
        ...


async def replace(
    eyes: SwappableEyes,
    store: ModelStore,
    offload: Offload,
    *,
    canaries: Sequence[Canary],
    judge: Judge,
    bounds: Bounds,
    memory: Memory = THIS_COMPUTER,
) -> Marks:
    """Try the store's candidate, and let it serve if it passes. May be cancelled until it passed.

    Args:
        eyes: that serve.
        store: with a candidate.
        offload: where the store's work runs.
        canaries: items whose verdicts are known.
        judge: the acceptance rule.
        bounds: what the new model may take.
        memory: of this computer.

    Raises:
        UnfitError: the candidate may not serve. The old model serves on.
        TroubleError: the memory does not bear two workers now, or the disk did not take the record.
            The old model serves on.
    """
    candidate = store.candidate()
    if candidate is None:
        raise UnfitError("there is no candidate")
    require_room(memory, candidate.path, eyes.worker_pid, bounds.spare_memory_bytes)
    names = eyes.class_names
    try:
        async with eyes.beside(candidate) as second:
            require_classes(second.names, names)
            marks = await try_out(second, eyes if names else None, canaries, judge, bounds)
            with trio.CancelScope(shield=True):
                await _take_over(eyes, store, offload, second)
            return marks
    except EyesError as error:
        raise UnfitError(str(error)) from error


async def _take_over(
    eyes: SwappableEyes, store: ModelStore, offload: Offload, second: SecondWorker
) -> None:
    await offload(partial(on_disk, store.promote))
    try:
        await eyes.adopt(second)
    except EyesError as error:
        await offload(partial(on_disk, store.roll_back))
        raise UnfitError(str(error)) from error
