"""Takes a model from a file of this computer, as strictly as from anywhere else."""

from __future__ import annotations

from pathlib import Path

from rvm_edge.vision.models.admission import Admitted
from rvm_edge.vision.models.download import Limits, kind_of
from rvm_edge.vision.models.failures import TroubleError, UnfitError
from rvm_edge.vision.models.state import StoredModel
from rvm_edge.vision.models.store import ModelStore, on_disk, sha256_of

_BLOCK_BYTES = 1024 * 1024


def copy_in(path: Path, wanted: Admitted, store: ModelStore, limits: Limits) -> StoredModel:
    """Copy a file into the store, for `ModelStore.take_in`; blocks.

    Raises:
        UnfitError: it is not what it should be.
        TroubleError: the disk has no room for it, or did not take it.
    """
    size = path.stat().st_size
    if wanted.size is not None and size != wanted.size:
        raise UnfitError(f"the file has {size} bytes, not {wanted.size}")
    if size > limits.most_bytes:
        raise UnfitError(f"the file has {size} bytes, and may have {limits.most_bytes}")
    if store.disk.free_bytes(store.folder) < size + limits.spare_bytes:
        raise TroubleError("the disk has no room for it")
    kind = kind_of(path)
    if wanted.kind and kind != wanted.kind:
        raise UnfitError(f"the file is {kind}, and the manifest says {wanted.kind}")
    if kind not in limits.kinds:
        raise UnfitError(f"{kind} files are not taken here (models.formats)")
    on_disk(lambda: _copy(path, store, wanted.sha256))
    actual = sha256_of(store.part(wanted.sha256))  # what was written, not what was read
    if actual != wanted.sha256:
        store.give_up_part()
        raise UnfitError(f"the file hashes to {actual[:12]}…, not {wanted.sha256[:12]}…")
    return StoredModel(actual, kind, size, wanted.version, wanted.issued_s, wanted.thresholds)


def _copy(path: Path, store: ModelStore, sha256: str) -> None:
    part = store.begin(sha256)
    store.disk.remove(part)
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            store.disk.append(part, block)
