"""The models of a running machine: looks for new ones all the time, changes them when it may.

Two halves. `run` asks the source and fetches, in the background and whatever the machine is doing;
it touches nothing that serves. `renew` tries and swaps; the chart runs it in states in which nobody
is served, and cancels it when somebody comes.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import trio

from rvm_edge.background import background_tasks
from rvm_edge.machine import EyesError, ModelNews, ModelNote, ModelsError
from rvm_edge.offload import Offload
from rvm_edge.orders import Action, Order
from rvm_edge.vision.models.canary import read_canaries
from rvm_edge.vision.models.failures import TroubleError, UnfitError, UpdateError
from rvm_edge.vision.models.fetcher import Fetcher
from rvm_edge.vision.models.fixed import NO_SOURCE
from rvm_edge.vision.models.keeper import ModelKeeper
from rvm_edge.vision.models.memory import THIS_COMPUTER, Memory
from rvm_edge.vision.models.notes import Notes
from rvm_edge.vision.models.sources.handshake import HandshakeSource, Named
from rvm_edge.vision.models.state import StoredModel
from rvm_edge.vision.models.store import ModelStore, on_disk
from rvm_edge.vision.models.swap import SwappableEyes, replace
from rvm_edge.vision.models.target import Source, Target
from rvm_edge.vision.models.trial import Bounds, Judge
from rvm_edge.vision.second_worker import ModelUnusableError

_LOG = logging.getLogger(__name__)

_TRIALS = 2
_REST_S = 60.0
_LOOK_AT_HANDSHAKE_S = 60.0
_FIRST_LOOK_S = 60.0


class Rules(msgspec.Struct, frozen=True):
    """How a new model is tried.

    Attributes:
        canaries: the folder of the canaries.
        judge: the acceptance rule.
        bounds: what a model may take.
        check_every_s: how often the source is asked, and the same wish is tried again.
        memory: of this computer.
    """

    canaries: Path
    judge: Judge
    bounds: Bounds
    check_every_s: float
    memory: Memory = THIS_COMPUTER


class ModelService:
    """Implements `rvm_edge.machine.Models`."""

    def __init__(
        self,
        store: ModelStore,
        eyes: SwappableEyes,
        fetcher: Fetcher,
        *,
        keeper: ModelKeeper,
        notes: Notes,
        rules: Rules,
        source: Source | None,
        named: Callable[[], Named | None],
        offload: Offload,
        chance: Callable[[], float],
    ) -> None:
        """Prepare; nothing is asked before `run`.

        Args:
            store: the models.
            eyes: that serve.
            fetcher: brings models into the store.
            keeper: watches over the one that serves.
            notes: what the journal shall hear.
            rules: how a model is tried.
            source: says which model is wanted; None for nobody.
            named: returns what the last handshake named, for orders to download.
            offload: where the store's work runs.
            chance: numbers in [0, 1), for jitter.
        """
        self._store = store
        self._eyes = eyes
        self._fetcher = fetcher
        self._keeper = keeper
        self._notes = notes
        self._rules = rules
        self._source = source
        self._named = named
        self._offload = offload
        self._chance = chance
        self._asked: Target | None = None
        self._wake = trio.Event()
        self._came = trio.Event()
        self._told = ""
        self._trials = 0
        self._wish: Target | None = None
        self._waits: StoredModel | None = None
        self._rests_until_s = -math.inf
        if store.candidate() is not None:
            self._came.set()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Look for models while the block lasts."""
        async with background_tasks() as nursery:
            nursery.start_soon(self._look_around)
            yield

    async def look_for(self, order: Order) -> str:
        """Begin what an order asks; see `rvm_edge.machine.Models`.

        Raises:
            ModelsError: nobody may say which model this machine shall have.
        """
        await trio.lowlevel.checkpoint()
        if self._source is None:
            raise ModelsError(NO_SOURCE)
        if order.action is Action.DOWNLOAD_MODEL:
            self._asked = self._ordered(order)
        self._told, self._wish = "", None
        self._wake.set()
        return "the model is being fetched" if self._asked else "the source is being asked"

    async def renew(self) -> None:
        """Try models that came, and let those serve that pass; see `rvm_edge.machine.Models`."""
        while True:
            await self._keeper.settle()
            await self._came.wait()
            await self._try_candidate()

    async def next_note(self) -> ModelNote:
        """Hand over the oldest note; see `rvm_edge.machine.Models`."""
        return await self._notes.next()

    def _ordered(self, order: Order) -> Target:
        """Return the target of an order to download: only what the handshake named.

        Raises:
            ModelsError: the source is another one, or names another model.
        """
        named = self._named()
        if not isinstance(self._source, HandshakeSource):
            raise ModelsError("this machine takes no models from the server (models.source)")
        if named is None or named.sha256 != order.model_hash:
            raise ModelsError("the last handshake named no model of that hash")
        return self._source.at(order.url, named)

    async def _look_around(self) -> None:
        with trio.move_on_after(_FIRST_LOOK_S * self._chance()):  # the machine starts first
            await self._wake.wait()
        while True:
            asked, self._asked = self._asked, None
            self._wake = trio.Event()
            try:
                await self._look(asked)
            except UnfitError as error:
                self._tell(str(error), asked)
            except TroubleError as error:
                _LOG.warning("no new model: %s", error)
            with trio.move_on_after(self._pause_s()):
                await self._wake.wait()

    def _pause_s(self) -> float:
        """Return how long to wait; never in step with the other machines of a fleet."""
        every_s = self._rules.check_every_s * (0.5 + self._chance() / 2)
        near = self._source is not None and self._source.is_near
        return min(every_s, _LOOK_AT_HANDSHAKE_S) if near else every_s

    async def _look(self, asked: Target | None) -> None:
        if self._source is None:
            return
        target = asked or await self._source.target()
        if target is None or (target == self._wish and trio.current_time() < self._rests_until_s):
            return
        self._wish = target
        self._rests_until_s = trio.current_time() + self._rules.check_every_s
        model = await self._fetcher.fetch(target)
        if model is not None:
            self._trials, self._told = 0, ""
            self._came.set()
            why = f"{model.size / 1e6:.1f} MB"
            self._notes.add(ModelNews.FETCHED, why, version=model.version, sha256=model.sha256)

    def _tell(self, why: str, asked: Target | None) -> None:
        """Note a refusal once, however often the source repeats its wish."""
        if why == self._told:
            return
        self._told = why
        _LOG.warning("no new model: %s", why)
        version, sha256 = (asked.version, asked.sha256) if asked else ("", "")
        self._notes.add(ModelNews.TURNED_AWAY, why, version=version, sha256=sha256)

    async def _try_candidate(self) -> None:
        model = self._store.state.candidate
        if model is None:
            self._came = trio.Event()
            return
        try:
            canaries = await self._offload(partial(read_canaries, self._rules.canaries))
            marks = await replace(
                self._eyes,
                self._store,
                self._offload,
                canaries=canaries,
                judge=self._rules.judge,
                bounds=self._rules.bounds,
                memory=self._rules.memory,
            )
        except TroubleError as error:
            if self._waits != model:  # said once for each
                self._waits = model
                _LOG.warning("the new model waits: %s", error)
            await trio.sleep(_REST_S)
            return
        except UnfitError as error:
            await self._turn_away(error)
            return
        self._came = trio.Event()
        self._keeper.begin()
        ratio = "" if marks.ratio is None else f", {marks.ratio:.2f} times the old one's"
        self._notes.add(
            ModelNews.IN_SERVICE,
            f"{marks.canaries} canaries, {marks.look_ms:.0f} ms{ratio}",
            version=model.version,
            sha256=model.sha256,
        )

    async def _turn_away(self, error: UpdateError) -> None:
        """Drop the candidate; a worker that died gets a second chance, as the model may not be why.

        A computer short of memory kills workers too.
        """
        self._trials += 1
        cause = error.__cause__
        died = isinstance(cause, EyesError) and not isinstance(cause, ModelUnusableError)
        if died and self._trials < _TRIALS:
            _LOG.warning("the new model is tried again: %s", error)
            await trio.sleep(_REST_S)
            return
        model = self._store.state.candidate
        with trio.CancelScope(shield=True):
            try:
                await self._offload(partial(on_disk, self._store.turn_away))
            except TroubleError as trouble:
                _LOG.warning("the new model is turned away, and not noted: %s", trouble)
        self._came = trio.Event()
        if model is not None:
            self._notes.add(
                ModelNews.TURNED_AWAY, str(error), version=model.version, sha256=model.sha256
            )
