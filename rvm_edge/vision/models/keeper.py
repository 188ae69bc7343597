"""Keeps the eyes on a model that works: counts what is lost with it, and goes back when it must."""

from __future__ import annotations

import logging
from functools import partial

import trio

from rvm_edge.machine import ModelNews
from rvm_edge.offload import Offload
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.failures import TroubleError
from rvm_edge.vision.models.notes import Notes
from rvm_edge.vision.models.store import ModelStore, on_disk
from rvm_edge.vision.models.watch import Probation

_LOG = logging.getLogger(__name__)


class ModelKeeper:
    """Implements `rvm_edge.vision.second_worker.Overseer` over a store.

    Going back waits for no state of the machine: the eyes see nothing just then, and an item in
    hand goes back to its person whichever model the next worker loads.
    """

    def __init__(
        self, store: ModelStore, probation: Probation, notes: Notes, offload: Offload
    ) -> None:
        self._store = store
        self._probation = probation
        self._notes = notes
        self._offload = offload

    def begin(self) -> None:
        """Another model serves from now on."""
        self._probation.begin()

    def judged(self, model: ModelFile) -> None:
        """Take note of an item that was judged with this model."""
        if model == self._store.serving():
            self._probation.judged()

    async def settle(self) -> None:
        """Record what the model has judged: whenever nobody is served."""
        items = self._probation.to_note(self._store.state)
        if not items:
            return
        work = partial(self._store.note_served, items, self._probation.patience.proven_after)
        try:
            await self._offload(partial(on_disk, work))
        except TroubleError as error:
            _LOG.warning("the model's probation goes on: %s", error)
        else:
            self._probation.noted(items)

    async def lost(self, model: ModelFile, why: str, *, refused: bool) -> ModelFile:
        """Count a loss; return the model to go on with, which is the previous one if it must be."""
        if model != self._store.serving():
            return self._store.serving()
        current = self._store.state.current
        if current is None:
            await trio.lowlevel.checkpoint()
            return model
        try:
            with trio.CancelScope(shield=True):
                if not self._store.state.proven:
                    await self._offload(partial(on_disk, self._store.note_loss))
                if not self._probation.must_go(self._store.state, refused=refused):
                    return model
                await self._offload(partial(on_disk, self._store.roll_back))
        except TroubleError as error:
            _LOG.warning("the model stays: %s", error)
            return model
        self.begin()
        self._notes.add(ModelNews.ROLLED_BACK, why, version=current.version, sha256=current.sha256)
        _LOG.warning("the model %s is rolled back: %s", current.version or current.sha256, why)
        return self._store.serving()
