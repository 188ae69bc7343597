"""From a target to a candidate in the store: vouched for, admitted, fetched, checked, kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rvm_edge.offload import Offload
from rvm_edge.settings import ModelSettings
from rvm_edge.vision.models.admission import Admitted, admit
from rvm_edge.vision.models.download import Download, Limits, Progress
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.manifest import MOST_ENVELOPE_BYTES, Manifest
from rvm_edge.vision.models.state import StoredModel, StoreState
from rvm_edge.vision.models.store import ModelStore, on_disk
from rvm_edge.vision.models.target import Target
from rvm_edge.vision.models.web import Web

_MEGABYTE = 1_000_000


class Fetcher:
    """Brings wanted models into a store, one at a time.

    Attributes:
        progress: of the download that is under way, or None.
    """

    def __init__(
        self,
        store: ModelStore,
        web: Web,
        settings: ModelSettings,
        offload: Offload,
        now_s: Callable[[], float],
    ) -> None:
        """Prepare.

        Args:
            store: where models go.
            web: what fetches.
            settings: what is taken.
            offload: where the disk's work runs.
            now_s: the wall clock, in seconds of the Unix epoch; asked only for expiry.
        """
        self._store = store
        self._web = web
        self._settings = settings
        self._offload = offload
        self._now_s = now_s
        self.progress: Progress | None = None

    async def fetch(
        self, target: Target, *, manifest: Manifest | None = None, anyway: bool = False
    ) -> StoredModel | None:
        """Bring a model here; None where it is here already.

        Args:
            target: what is wanted.
            manifest: a trusted key's word for it, where somebody brought one; else it is fetched.
            anyway: also one that served before, or was turned away.

        Raises:
            UnfitError: it may not come, or what came is something else.
            TroubleError: it did not come this time.
        """
        if self._is_here(target.sha256):
            return None
        state = self._store.state
        if anyway:
            state = StoreState(issued_s=state.issued_s)
        vouched = manifest or await self._vouched(target)
        admitted = admit(target, vouched, state, self._now_s())
        if self._is_here(admitted.sha256):
            return None
        model = await self._download(admitted)
        await self._offload(partial(on_disk, partial(self._store.take_in, model)))
        return model

    def _is_here(self, sha256: str) -> bool:
        serving, candidate = self._store.serving(), self._store.candidate()
        here = {serving.sha256} | ({candidate.sha256} if candidate else set())
        return bool(sha256) and sha256 in here

    async def _vouched(self, target: Target) -> Manifest | None:
        keys = self._settings.public_keys
        if not keys:
            return None
        if not target.manifest_url:
            raise UnfitError("nobody says where the signed manifest lies")
        content = await self._web.document(target.manifest_url, MOST_ENVELOPE_BYTES)
        from rvm_edge.vision.models.signature import verified  # noqa: PLC0415 - brings a library

        return verified(content, keys)

    async def _download(self, admitted: Admitted) -> StoredModel:
        await self._offload(partial(on_disk, partial(self._store.begin, admitted.sha256)))
        download = Download(
            admitted,
            self._store.part(admitted.sha256),
            web=self._web,
            disk=self._store.disk,
            limits=limits_of(self._settings),
            offload=self._offload,
        )
        self.progress = download.progress
        try:
            return await download.run()
        except UnfitError:
            await self._offload(partial(on_disk, self._store.give_up_part))
            raise
        finally:
            self.progress = None


def limits_of(settings: ModelSettings) -> Limits:
    """Return how much of anything a model may take."""
    return Limits(
        most_bytes=int(settings.most_mb * _MEGABYTE),
        spare_bytes=int(settings.spare_mb * _MEGABYTE),
        whole_s=settings.download_s,
        tries=settings.tries,
        kinds=settings.formats,
    )
