"""What lies in a model store without need: the beginning of a download, and what nobody names."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.store import DamagedError, open_store, read_state


class StoreBytes(msgspec.Struct, frozen=True):
    """What a store's files weigh.

    Attributes:
        spare: of those that may go.
        needed: of the model that serves, the one to go back to, and the one that waits for its
            trial.
    """

    spare: int
    needed: int


def weigh(folder: Path) -> StoreBytes:
    """Add up a store's files; blocks. All are needed where nobody can tell.

    Raises:
        StoreError: the record cannot be read.
        OSError: the disk refuses.
    """
    if not folder.is_dir():
        return StoreBytes(0, 0)
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    everything = sum(sizes.values())
    try:
        named = {model.file_name for model in read_state(folder).kept()}
    except DamagedError:
        return StoreBytes(0, everything)
    spare = sum(
        size
        for name, size in sizes.items()
        if name not in named and name.endswith((".part", ".onnx", ".pt"))
    )
    return StoreBytes(spare, everything - spare)


def clear(folder: Path, fallback: ModelFile) -> int:
    """Remove what may go, and return how many bytes went; blocks.

    Args:
        folder: where the store lies.
        fallback: the model that serves while the store has none.

    Raises:
        StoreBusyError: a machine that runs has the store open.
        StoreError: it cannot be used.
        OSError: the disk refuses.
    """
    before = weigh(folder)
    if not before.spare:
        return 0  # opening a store sweeps it, and a damaged one is for somebody to look at first
    with open_store(folder, fallback) as store:
        store.give_up_part()
    after = weigh(folder)
    return before.spare + before.needed - after.spare - after.needed
