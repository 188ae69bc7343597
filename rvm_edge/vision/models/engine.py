"""TensorRT engines: built on the device from a model's file, in the background, and kept.

An engine runs on the kind of device, and under the version of TensorRT, that built it, and nowhere
else; the building takes minutes. So it is the work of a process of its own, at the lowest priority,
and what comes of it is kept under a name made of all three. An engine is never fetched: what comes
over the air is the model, whose hash and signature are checked.

Only the keeping and the building's supervision are tested, with a stand-in for the builder: no
engine was ever built by this module on a device.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
import trio

from drivers.child_environment import child_environment
from rvm_edge.offload import Offload
from rvm_edge.vision.models.disk import Disk
from rvm_edge.vision.models.failures import TroubleError, UnfitError

_SAFE = re.compile(r"[^A-Za-z0-9._-]")
_KEPT = 2
_LAST_WORDS = 200
_NICE = 19


class EngineKey(msgspec.Struct, frozen=True):
    """What an engine is bound to.

    Attributes:
        sha256: of the model that it was built from.
        device: such as ``Orin``: what the GPU calls itself.
        tensorrt: its version, such as ``10.3.0``.
        exactness: what it computes with, ``fp16`` or ``fp32``.
    """

    sha256: str
    device: str
    tensorrt: str
    exactness: str = "fp16"

    @property
    def file_name(self) -> str:
        """The engine's file: device and version for people, their digest for certain."""
        words = "-".join(
            _SAFE.sub("_", word)[:24] for word in (self.device, self.tensorrt, self.exactness)
        )
        bound_to = f"{self.device}\0{self.tensorrt}\0{self.exactness}"
        bound = hashlib.sha256(bound_to.encode()).hexdigest()[:8]
        return f"{self.sha256}-{words}-{bound}.engine"


class EngineCache:
    """Engines in a folder of their own. One is built at a time."""

    def __init__(self, folder: Path, disk: Disk, offload: Offload, build_s: float) -> None:
        """Nothing is built before `engine`.

        Args:
            folder: where engines are kept; nothing else may lie there.
            disk: what is written to.
            offload: where the disk's work runs.
            build_s: how long building may take.
        """
        self._folder = folder
        self._disk = disk
        self._offload = offload
        self._build_s = build_s
        self._one_at_a_time = trio.Lock()

    def kept(self, key: EngineKey) -> Path | None:
        """Return the engine that is there, or None."""
        path = self._folder / key.file_name
        return path if path.is_file() else None

    async def engine(self, key: EngineKey, model: Path, builder: Sequence[str]) -> Path:
        """Return a model's engine; build it if it is not there. May be cancelled.

        Args:
            key: what it is bound to.
            model: the file to build from.
            builder: the command; the model's path and the engine's are appended.

        Raises:
            UnfitError: the builder cannot make an engine of it.
            TroubleError: it took too long, could not be started, or the disk did not take it.
        """
        async with self._one_at_a_time:
            found = await self._offload(partial(self.kept, key))
            if found is not None:
                return found
            part = self._folder / f"{key.file_name}.part"
            try:
                await self._offload(partial(self._prepare, part))
                await self._build([*builder, str(model), str(part)])
                return await self._offload(partial(self._keep, key, part))
            except OSError as error:
                raise TroubleError(f"no engine: {error.strerror or error}") from error
            finally:
                with trio.CancelScope(shield=True):
                    await self._offload(partial(self._disk.remove, part))

    def _prepare(self, part: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._disk.remove(part)

    async def _build(self, command: Sequence[str]) -> None:
        with trio.move_on_after(self._build_s):
            done = await trio.run_process(
                ["nice", "-n", str(_NICE), *command],
                stdin=subprocess.DEVNULL,
                capture_stdout=True,
                capture_stderr=True,
                check=False,
                env=child_environment(),
                start_new_session=True,
                deliver_cancel=_kill_all,
            )
            if done.returncode:
                words = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
                said = words[0][:_LAST_WORDS] if words else f"exit {done.returncode}"
                raise UnfitError(f"no engine can be built of the model: {said}")
            return
        raise TroubleError(f"the engine was not built within {self._build_s:g} s")

    def _keep(self, key: EngineKey, part: Path) -> Path:
        if not part.is_file() or not part.stat().st_size:
            raise UnfitError("the builder left no engine behind")
        path = self._folder / key.file_name
        self._disk.sync_file(part)
        self._disk.rename(part, path)
        self._disk.sync_folder(self._folder)
        self._forget_old(path)
        return path

    def _forget_old(self, newest: Path) -> None:
        """Keep the newest engines: the one that serves, and the one to go back to."""
        others = sorted(
            (path for path in self._folder.glob("*.engine") if path != newest),
            key=lambda path: path.stat().st_mtime,
            reverse=True,
        )
        for path in others[_KEPT - 1 :]:
            self._disk.remove(path)


async def _kill_all(process: trio.Process) -> None:
    """End a builder with everything that it started."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        return
    finally:
        await trio.lowlevel.checkpoint()
