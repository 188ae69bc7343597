"""What `rvm-edge model install` does: the same steps as a running machine, one after the other."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import trio

from rvm_edge.background import background_tasks
from rvm_edge.cli.own.models import plan_of
from rvm_edge.locations import Locations
from rvm_edge.offload import in_thread
from rvm_edge.settings import Settings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.models.admission import admit
from rvm_edge.vision.models.assembly import bounds_of, rule
from rvm_edge.vision.models.canary import read_canaries
from rvm_edge.vision.models.failures import TroubleError, UnfitError, UpdateError
from rvm_edge.vision.models.fetcher import Fetcher, limits_of
from rvm_edge.vision.models.local import copy_in
from rvm_edge.vision.models.manifest import MOST_ENVELOPE_BYTES, Manifest
from rvm_edge.vision.models.state import StoreState
from rvm_edge.vision.models.store import ModelStore, sha256_of
from rvm_edge.vision.models.swap import replace
from rvm_edge.vision.models.target import Target, beside
from rvm_edge.vision.models.trial import Marks
from rvm_edge.vision.models.web import Patience, open_web

_SHOWN_EVERY_S = 0.2


class Wanted(msgspec.Struct, frozen=True):
    """What somebody at the machine asked for; the fields are the command's."""

    model: str
    sha256: str
    manifest: Path | None
    version: str
    anyway: bool


class Installed(msgspec.Struct, frozen=True):
    """What serves now.

    Attributes:
        sha256: of its file.
        version: of its release, or "".
        marks: what it has shown.
    """

    sha256: str
    version: str
    marks: Marks


async def install(
    store: ModelStore, wanted: Wanted, settings: Settings, here: Locations
) -> Installed:
    """Bring a model here, try it, and let it serve if it passes.

    Raises:
        UpdateError: it may not serve, or did not come.
    """
    await _bring(store, wanted, settings)
    model = store.state.candidate
    if model is None:
        raise UnfitError("it serves already")
    plan = plan_of(here, settings, store.serving())
    eyes = WorkerEyes(settings.vision, store.serving())
    canaries = read_canaries(plan.canaries)
    marks: Marks | UpdateError
    async with eyes.run():
        with trio.move_on_after(settings.vision.start_timeout_s):
            await eyes.ready()
        try:
            marks = await replace(
                eyes,
                store,
                in_thread(),
                canaries=canaries,
                judge=rule(settings.vision),
                bounds=bounds_of(plan),
            )
        except UpdateError as error:  # kept from the nursery, which would wrap it
            marks = error
    if isinstance(marks, UpdateError):
        if isinstance(marks, UnfitError):
            store.turn_away()
        raise marks
    return Installed(model.sha256, model.version, marks)


def require_vouched(model: Path, manifest: Path | None, keys: tuple[str, ...]) -> Manifest:
    """Return what a trusted key says of a file, which is what it says.

    Args:
        model: the file.
        manifest: its envelope; None for beside it.
        keys: that are trusted.

    Raises:
        UnfitError: nobody vouches for it.
    """
    vouched = _vouched(manifest or Path(beside(str(model))), keys)
    if sha256_of(model) != vouched.sha256:
        raise UnfitError("the manifest is of another file")
    return vouched


async def _bring(store: ModelStore, wanted: Wanted, settings: Settings) -> None:
    target = Target(wanted.model, wanted.sha256, wanted.version, manifest_url=beside(wanted.model))
    keys = settings.models.public_keys
    if not wanted.model.startswith(("http://", "https://")):
        _copy(store, wanted, target, settings)
        return
    manifest = _vouched(wanted.manifest, keys) if wanted.manifest and keys else None
    request = settings.cloud.request
    patience = Patience(connect_s=request.connect_s, stall_s=settings.models.stall_s)
    async with (
        open_web(patience=patience, ca_file=request.ca_file) as web,
        background_tasks() as nursery,
    ):
        fetcher = Fetcher(store, web, settings.models, in_thread(), time.time)
        nursery.start_soon(_show_progress, fetcher)
        await fetcher.fetch(target, manifest=manifest, anyway=wanted.anyway)


def _copy(store: ModelStore, wanted: Wanted, target: Target, settings: Settings) -> None:
    path, keys, known = Path(wanted.model), settings.models.public_keys, store.state
    if not path.is_file():
        raise TroubleError(f"{path} is neither a file nor an address")
    manifest = require_vouched(path, wanted.manifest, keys) if keys else None
    state = StoreState(issued_s=known.issued_s) if wanted.anyway else known
    admitted = admit(target, manifest, state, time.time())
    if admitted.sha256 != store.serving().sha256:
        store.take_in(copy_in(path, admitted, store, limits_of(settings.models)))


def _vouched(envelope: Path, keys: tuple[str, ...]) -> Manifest:
    from rvm_edge.vision.models.signature import verified

    if not keys:
        raise UnfitError("no key is configured (models.public_keys)")
    try:
        with envelope.open("rb") as file:
            return verified(file.read(MOST_ENVELOPE_BYTES), keys)
    except OSError as error:
        raise UnfitError(f"{envelope}: {error.strerror}") from error


async def _show_progress(fetcher: Fetcher) -> None:
    """Count the megabytes on a terminal's last line."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            progress = fetcher.progress
            if progress is not None:
                of = f" of {progress.total / 1e6:.1f}" if progress.total else ""
                sys.stderr.write(f"\r{progress.received / 1e6:.1f}{of} MB ")
                sys.stderr.flush()
            await trio.sleep(_SHOWN_EVERY_S)
    finally:
        sys.stderr.write("\r\x1b[K")
