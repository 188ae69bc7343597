"""The models of a machine that runs on this computer, and the eyes that look through them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.health.host_telemetry import ModelInUse
from rvm_edge.identity import Identity
from rvm_edge.locations import Locations
from rvm_edge.packaged import PackagedFileError, model_file, samples_dir
from rvm_edge.settings import Settings
from rvm_edge.vision.model_store import MANIFEST, ManifestError, ModelFile, choose
from rvm_edge.vision.models.assembly import Outside, Plan, RenewableEyes, renewable_eyes
from rvm_edge.vision.models.sources.handshake import Named
from rvm_edge.vision.models.web import Key, key_of

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from rvm_edge.daemon import Daemon, Parts
    from rvm_edge.uplink import Uplink
    from rvm_edge.vision.eyes import WorkerEyes


@dataclass
class OwnModels:
    """The models of one machine; what they need of its link comes when that is made.

    Attributes:
        here: where the machine keeps what it remembers.
        chosen: how it behaves.
        identity: who it is towards its server.
    """

    here: Locations
    chosen: Settings
    identity: Callable[[], Identity | None] = lambda: None
    _uplink: Uplink | None = None
    _open: RenewableEyes | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[WorkerEyes]:
        """Look for models while the block lasts; return the eyes, which do not run yet.

        Raises:
            ManifestError: no model came with the program.
            OSError: the authority's certificate cannot be used.
        """
        basis = choose(self.chosen.vision, model_file(MANIFEST).parent)
        outside = Outside(key=self._key, named=self._named)
        async with renewable_eyes(plan_of(self.here, self.chosen, basis), outside) as opened:
            self._open = opened
            yield opened.eyes

    def fit(self, parts: Parts) -> Parts:
        """Build the models into a machine, and let it keep what the second judge cuts out."""
        if self._open is None:
            return parts
        cut_out = self._open.eyes.cut_outs.take
        return replace(parts, models=self._open.models, cut_out=cut_out)

    def before(self, made: Callable[[Uplink], None]) -> Callable[[Uplink], None]:
        """Return what takes the link, which knows what the handshake named, and hands it on."""

        def take(uplink: Uplink) -> None:
            self._uplink = uplink
            made(uplink)

        return take

    def in_use(self) -> ModelInUse:
        """Name the model that the eyes look through; nothing while there is none."""
        if self._open is None:
            return ModelInUse()
        eyes = self._open.eyes
        model = eyes.model
        return ModelInUse(
            model.path.name, model.version, model.sha256, eyes.second_judge.in_a_line()
        )

    def _key(self) -> Key | None:
        return key_of(self.identity())

    def _named(self) -> Named | None:
        welcome = self._uplink.cloud.welcome if self._uplink else None
        if welcome is None or welcome.model is None:
            return None
        return Named(welcome.model.version, welcome.model.sha256, welcome.model.url)


@asynccontextmanager
async def with_own_models(
    own: OwnModels | None,
    start_with: Callable[[WorkerEyes | None], AbstractAsyncContextManager[Daemon]],
) -> AsyncIterator[Daemon]:
    """Run a machine with its models while the block lasts.

    Args:
        own: None for a machine whose eyes have no model.
        start_with: runs a machine with such eyes.

    Raises:
        ManifestError: no model came with the program.
    """
    if own is None:
        async with start_with(None) as daemon:
            yield daemon
        return
    async with own.run() as eyes, start_with(eyes) as daemon:
        yield daemon


def in_turn(
    first: Callable[[Parts], Parts], then: Callable[[Parts], Parts]
) -> Callable[[Parts], Parts]:
    """Return what builds into a machine what both build in."""
    return lambda parts: then(first(parts))


def plan_of(here: Locations, chosen: Settings, basis: ModelFile) -> Plan:
    """Say what a machine's models are made of.

    Args:
        here: where the machine keeps what it remembers.
        chosen: how it behaves.
        basis: the model that serves while none came over the air.
    """
    return Plan(
        folder=here.model_store_dir,
        fallback=basis,
        canaries=Path(chosen.models.canaries) if chosen.models.canaries else samples_dir(),
        models=chosen.models,
        vision=chosen.vision,
        connect_s=chosen.cloud.request.connect_s,
        ca_file=chosen.cloud.request.ca_file,
    )


def shipped_or_chosen(chosen: Settings) -> ModelFile:
    """Return the model that serves while none came over the air.

    Raises:
        CommandError: there is none.
    """
    try:
        return choose(chosen.vision, model_file(MANIFEST).parent)
    except (ManifestError, PackagedFileError) as error:
        raise CommandError(str(error), CONFIGURATION) from error
