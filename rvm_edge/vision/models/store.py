"""The models of a machine: files named by their hash, and one record of which of them serves.

A step that a power cut may interrupt either happened or did not: files come by rename after they
were synced, and what counts is one record that is replaced whole. What the record does not name is
swept away when the store is opened. The model that came with the program lies elsewhere and is
never touched, so that there is always one to fall back upon.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models import state as steps
from rvm_edge.vision.models.disk import Disk, RealDisk
from rvm_edge.vision.models.failures import TroubleError
from rvm_edge.vision.models.state import StoredModel, StoreState

_LOG = logging.getLogger(__name__)

RECORD = "state.json"
_LOCK = ".lock"
_DAMAGED = f"{RECORD}.damaged"
_PART = ".part"
_MOST_RECORD_BYTES = 64 * 1024
_HASH_BYTES = 1024 * 1024


class StoreError(Exception):
    """The store cannot be used. The message says which, and why."""


class DamagedError(StoreError):
    """The record is no record of ours."""


class StoreBusyError(StoreError):
    """Another process has the store open."""


class ModelStore:
    """A store that is open for writing. Every call blocks, and is durable when it returns.

    Attributes:
        folder: where it lies.
    """

    def __init__(self, folder: Path, fallback: ModelFile, disk: Disk) -> None:
        """See `open_store`."""
        self.folder = folder
        self._fallback = fallback
        self._disk = disk
        try:
            self._state = read_state(folder)
        except DamagedError as error:
            _LOG.warning("%s; the model that came with the program serves", error)
            disk.rename(folder / RECORD, folder / _DAMAGED)
            self._state = StoreState()
        self._sweep()

    @property
    def state(self) -> StoreState:
        """What is remembered."""
        return self._state

    @property
    def disk(self) -> Disk:
        """What it is written to."""
        return self._disk

    def serving(self) -> ModelFile:
        """Return the model that the eyes are to look through."""
        return file_of(self.folder, self._state.current, self._fallback)

    def candidate(self) -> ModelFile | None:
        """Return the model that waits for its trial."""
        model = self._state.candidate
        return None if model is None else file_of(self.folder, model, self._fallback)

    def part(self, sha256: str) -> Path:
        """Return where a model is written while it comes."""
        return self.folder / f"{sha256}{_PART}"

    def begin(self, sha256: str) -> Path:
        """Remember what is being fetched, so that its beginning is kept; return where it goes."""
        if self._state.fetching != sha256:
            self._put(steps.begun(self._state, sha256))
            self._sweep()
        return self.part(sha256)

    def give_up_part(self) -> None:
        """Forget what was being fetched."""
        self._put(steps.begun(self._state, ""))
        self._sweep()

    def take_in(self, model: StoredModel) -> None:
        """Keep what was fetched as the candidate; its bytes were checked."""
        part = self.part(model.sha256)
        self._disk.sync_file(part)
        self._disk.rename(part, self.folder / model.file_name)
        self._disk.sync_folder(self.folder)
        self._put(steps.came(self._state, model))
        self._sweep()

    def turn_away(self) -> None:
        """Drop the candidate, and remember not to take it again."""
        self._put(steps.turned_away(self._state))
        self._sweep()

    def promote(self) -> ModelFile:
        """Let the candidate serve from now on; return it."""
        self._put(steps.promoted(self._state))
        self._sweep()
        return self.serving()

    def roll_back(self) -> ModelFile:
        """Let the previous model serve again; return it."""
        self._put(steps.rolled_back(self._state))
        self._sweep()
        return self.serving()

    def note_loss(self) -> int:
        """Count a worker that the current model cost; return how many there were."""
        self._put(replace(self._state, losses=self._state.losses + 1))
        return self._state.losses

    def note_served(self, items: int, proven_after: int) -> None:
        """Count items that the current model has judged; with enough of them it is proven."""
        self._put(steps.served(self._state, items, proven_after))

    def _put(self, state: StoreState) -> None:
        if state == self._state:
            return
        record, fresh = self.folder / RECORD, self.folder / f"{RECORD}.new"
        self._disk.write(fresh, msgspec.json.encode(state))
        self._disk.sync_file(fresh)
        self._disk.rename(fresh, record)
        self._disk.sync_folder(self.folder)
        self._state = state

    def _sweep(self) -> None:
        """Remove every file that the record does not name; what cannot be removed stays."""
        named = {model.file_name for model in self._state.kept()} | {RECORD, _LOCK, _DAMAGED}
        if self._state.fetching:
            named.add(self.part(self._state.fetching).name)
        for path in self.folder.iterdir():
            if path.name not in named and path.is_file():
                with suppress(OSError):
                    self._disk.remove(path)


@contextmanager
def open_store(folder: Path, fallback: ModelFile, disk: Disk | None = None) -> Iterator[ModelStore]:
    """Open a store for writing, alone, while the block lasts. Creates the folder.

    Args:
        folder: where the store lies; nothing else may lie there.
        fallback: the model that serves while the store has none.
        disk: stands for this computer's.

    Raises:
        StoreBusyError: another process has it open.
        StoreError: it cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StoreBusyError(f"{folder} is in use: stop the machine first") from error
    try:
        yield _opened(folder, fallback, disk or RealDisk())
    finally:
        os.close(lock)


def read_state(folder: Path) -> StoreState:
    """Read what a store remembers; nothing where it was never used.

    Raises:
        DamagedError: the record is no record of ours.
        StoreError: it cannot be read.
    """
    path = folder / RECORD
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_RECORD_BYTES)
        return read_json(content, StoreState)
    except FileNotFoundError:
        return StoreState()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    except UnreadableError as error:
        raise DamagedError(f"{path} is damaged: {error}") from error


def file_of(folder: Path, model: StoredModel | None, fallback: ModelFile) -> ModelFile:
    """Return a model of a store as the worker is told of it; the fallback for None."""
    if model is None:
        return fallback
    return ModelFile(folder / model.file_name, model.sha256, model.version, model.thresholds)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes as they are on the disk; blocks.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def on_disk(work: Callable[[], object]) -> None:
    """Do something to the store.

    Raises:
        TroubleError: the disk did not take it.
    """
    try:
        work()
    except OSError as error:
        raise TroubleError(f"the disk did not take it: {error.strerror or error}") from error


def _opened(folder: Path, fallback: ModelFile, disk: Disk) -> ModelStore:
    try:
        return ModelStore(folder, fallback, disk)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used: {error.strerror}") from error
