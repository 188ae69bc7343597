"""Puts eyes and the models that they may look through together."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from rvm_edge.item import Verdict
from rvm_edge.machine import Models
from rvm_edge.offload import Offload, in_thread
from rvm_edge.settings import ModelSettings, Thresholds, VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.fetcher import Fetcher
from rvm_edge.vision.models.fixed import NoModels
from rvm_edge.vision.models.keeper import ModelKeeper
from rvm_edge.vision.models.memory import THIS_COMPUTER, Memory
from rvm_edge.vision.models.notes import Notes
from rvm_edge.vision.models.service import ModelService, Rules
from rvm_edge.vision.models.sources.github import GithubSource
from rvm_edge.vision.models.sources.handshake import HandshakeSource, Named
from rvm_edge.vision.models.sources.plain import PlainSource
from rvm_edge.vision.models.store import ModelStore, StoreError, open_store
from rvm_edge.vision.models.target import Source
from rvm_edge.vision.models.trial import Bounds, Judge
from rvm_edge.vision.models.watch import Patience as Forgiveness
from rvm_edge.vision.models.watch import Probation
from rvm_edge.vision.models.web import Key, Patience, Web, open_web
from rvm_edge.vision.wire import Seen
from rvm_edge.vision.worker_link import WORKER_COMMAND

_LOG = logging.getLogger(__name__)


class Plan(msgspec.Struct, frozen=True):
    """What a machine's models are made of.

    Attributes:
        folder: of the store.
        fallback: the model that serves while the store has none.
        canaries: the folder of the canary pictures.
        models: where new ones come from.
        vision: how the machine sees.
        connect_s: to reach a server.
        ca_file: as `cloud.request.ca_file`.
        command: what to start as a worker.
    """

    folder: Path
    fallback: ModelFile
    canaries: Path
    models: ModelSettings
    vision: VisionSettings
    connect_s: float = 5.0
    ca_file: str = ""
    command: Sequence[str] = WORKER_COMMAND


class Outside(msgspec.Struct, frozen=True):
    """What the machine's models need of the world around them.

    Attributes:
        key: returns what proves who the machine is, at its own server alone.
        named: returns what the last handshake named.
        transport: stands for the network; None for the network.
        now_s: the wall clock, in seconds of the Unix epoch.
        chance: numbers in [0, 1), for jitter.
        memory: of this computer.
    """

    key: Callable[[], Key | None] = lambda: None
    named: Callable[[], Named | None] = lambda: None
    transport: httpx.AsyncBaseTransport | None = None
    now_s: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    memory: Memory = THIS_COMPUTER


class RenewableEyes(msgspec.Struct, frozen=True):
    """Eyes whose model may change.

    Attributes:
        eyes: not running yet.
        models: looks for others.
    """

    eyes: WorkerEyes
    models: Models


@asynccontextmanager
async def renewable_eyes(plan: Plan, outside: Outside) -> AsyncIterator[RenewableEyes]:
    """Open the store and look for models while the block lasts.

    A store that cannot be used costs the machine its updates, never its sight.

    Raises:
        OSError: the authority's certificate cannot be used.
    """
    offload = in_thread()  # not the ledger's: a hash takes a while
    with ExitStack() as stack:
        try:
            store = stack.enter_context(open_store(plan.folder, plan.fallback))
        except StoreError as error:
            _LOG.warning("no model is looked for: %s", error)
            yield RenewableEyes(WorkerEyes(plan.vision, plan.fallback, plan.command), NoModels())
            return
        patience = Patience(connect_s=plan.connect_s, stall_s=plan.models.stall_s)
        async with open_web(
            outside.key, patience=patience, ca_file=plan.ca_file, transport=outside.transport
        ) as web:
            eyes, service = _assembled(plan, outside, store, web, offload)
            async with service.run():
                yield RenewableEyes(eyes, service)


def source_of(
    settings: ModelSettings, web: Web, named: Callable[[], Named | None]
) -> Source | None:
    """Return who says which model is wanted, as the settings name them; None for nobody."""
    if settings.source == "handshake":
        return HandshakeSource(named, settings.manifest_url)
    if settings.source == "github":
        return GithubSource(
            web,
            settings.repository,
            settings.asset,
            api=settings.github_api,
            manifest_url=settings.manifest_url,
        )
    if settings.source == "url":
        return PlainSource(settings.url, settings.sha256, settings.manifest_url)
    return None


def bounds_of(plan: Plan) -> Bounds:
    """Return what a new model may take: half of what makes a verdict late."""
    return Bounds(
        plan.models.slower_at_most,
        plan.vision.acceptance.late_s / 2,
        int(plan.models.spare_memory_mb * 1_000_000),
    )


def rule(settings: VisionSettings) -> Judge:
    """Return the acceptance rule over what was seen of one item."""

    def judge(seen: tuple[Seen, ...], model_says: Thresholds | None) -> Verdict:
        return decide(
            [
                None if one.unreadable else tuple(found.as_detection() for found in one.found)
                for one in seen
            ],
            settings.rule_with(model_says),
        )

    return judge


def _assembled(
    plan: Plan, outside: Outside, store: ModelStore, web: Web, offload: Offload
) -> tuple[WorkerEyes, ModelService]:
    notes = Notes()
    forgiveness = Forgiveness(plan.models.losses, plan.models.proven_after)
    keeper = ModelKeeper(store, Probation(forgiveness), notes, offload)
    eyes = WorkerEyes(plan.vision, store.serving(), plan.command, overseer=keeper)
    service = ModelService(
        store,
        eyes,
        Fetcher(store, web, plan.models, offload, outside.now_s),
        keeper=keeper,
        notes=notes,
        rules=Rules(
            plan.canaries,
            rule(plan.vision),
            bounds_of(plan),
            plan.models.check_every_s,
            outside.memory,
        ),
        source=source_of(plan.models, web, outside.named),
        named=outside.named,
        offload=offload,
        chance=outside.chance,
    )
    return eyes, service
