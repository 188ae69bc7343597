"""Brings a model's file here: checked for room first, taken up where it broke off, hashed last.

What is hashed are the bytes on the disk, after all of them came; until then nothing is believed of
them, whichever servers they came from and in however many pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import msgspec
import trio

from rvm_edge.offload import Offload
from rvm_edge.vision.models.admission import Admitted
from rvm_edge.vision.models.disk import Disk
from rvm_edge.vision.models.failures import TroubleError, UnfitError
from rvm_edge.vision.models.state import Kind, StoredModel
from rvm_edge.vision.models.store import on_disk, sha256_of
from rvm_edge.vision.models.web import Web, each_chunk

_ACCEPT = "application/json, application/octet-stream"
"""JSON first: without it the server redirects to its home page instead of refusing."""
_BLOCK_BYTES = 1024 * 1024
_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15}|\*)\Z")
_WHOLE, _PARTIAL, _BEYOND = 200, 206, 416
_BUSY = frozenset({429, 500, 502, 503, 504})
_ONNX_FIRST_BYTE = b"\x08"  # field 1 of ModelProto, a varint: ir_version
_ZIP = b"PK\x03\x04"  # torch.save writes a zip


class Limits(msgspec.Struct, frozen=True):
    """How much of anything a download may take.

    Attributes:
        most_bytes: what the file may weigh.
        spare_bytes: what must stay free on the disk.
        whole_s: how long it may take in all.
        tries: how often it is taken up again.
        retry_s: the wait before it is taken up again.
        kinds: which files are taken.
    """

    most_bytes: int
    spare_bytes: int = 0
    whole_s: float = 3600.0
    tries: int = 10
    retry_s: float = 5.0
    kinds: tuple[Kind, ...] = ("onnx",)


@dataclass
class Progress:
    """How far a download is.

    Attributes:
        received: bytes on the disk.
        total: bytes in all; None while nobody said.
    """

    received: int = 0
    total: int | None = None


class Download:
    """One file on its way into `part`."""

    def __init__(
        self,
        wanted: Admitted,
        part: Path,
        *,
        web: Web,
        disk: Disk,
        limits: Limits,
        offload: Offload,
    ) -> None:
        self._wanted = wanted
        self._part = part
        self._web = web
        self._disk = disk
        self._limits = limits
        self._offload = offload
        self.progress = Progress(total=wanted.size)

    async def run(self) -> StoredModel:
        """Return once the whole file is in `part` and hashes to what it must.

        Raises:
            TroubleError: it did not come; what came of it is kept for the next time.
            UnfitError: what came is not what is wanted; nothing of it is kept.
        """
        with trio.move_on_after(self._limits.whole_s):
            return await self._in_pieces()
        raise TroubleError(f"the model did not come within {self._limits.whole_s:g} s")

    async def _in_pieces(self) -> StoredModel:
        """Take the download up again while that brings it forward, and anew if it went wrong."""
        resumed = await self._offload(self._length) > 0
        for left in reversed(range(self._limits.tries)):
            try:
                await self._more()
                return await self._checked()
            except UnfitError:
                await self._forget()
                if not resumed:  # a beginning of another file, or of another server, may be why
                    raise
                resumed = False
            except TroubleError as error:
                if not left or not error.soon:
                    raise
                resumed = await self._offload(self._length) > 0
                await trio.sleep(self._limits.retry_s)
        raise TroubleError("the model did not come whole")

    async def _more(self) -> None:
        """Fetch what lacks."""
        have = await self._offload(self._length)
        if have and have == self._wanted.size:
            self.progress.received = have
            return
        headers = {"Accept": _ACCEPT}
        if have:
            headers["Range"] = f"bytes={have}-"
        async with self._web.opened(self._wanted.url, headers) as response:
            total = self._begins_at(response, have)
            if total is None and response.status_code == _BEYOND:
                return  # all of it is here; the hash will tell
            if response.status_code == _WHOLE:
                await self._forget()
                have = 0
            self.progress.received, self.progress.total = have, total or self._wanted.size
            await self._require_room(have, total)
            await self._take(response)

    def _begins_at(self, response: httpx.Response, have: int) -> int | None:
        """Check that an answer goes on where we are; return the whole file's length, if told."""
        status = response.status_code
        if status == _BEYOND and have:
            return None
        if status == _PARTIAL and have:
            told = _RANGE.match(response.headers.get("Content-Range", ""))
            if told is None or int(told[1]) != have:
                raise UnfitError("the server sent another piece than it was asked for")
            return None if told[2] == "*" else int(told[2])
        if status == _WHOLE:
            length = response.headers.get("Content-Length", "")
            return int(length) if length.isdecimal() and length.isascii() else None
        why = f"{response.url.host} answered {status}{_hint(status)}"
        raise TroubleError(why, soon=status in _BUSY)

    async def _require_room(self, have: int, total: int | None) -> None:
        wanted, most = self._wanted.size, self._limits.most_bytes
        if total is not None and wanted is not None and total != wanted:
            raise UnfitError(f"the file has {total} bytes, not {wanted}")
        length = total or wanted or most
        if length > most:
            raise UnfitError(f"the file has {length} bytes, and may have {most}")
        free = await self._offload(partial(self._disk.free_bytes, self._part.parent))
        if free < length - have + self._limits.spare_bytes:
            lacking = length - have + self._limits.spare_bytes - free
            raise TroubleError(f"the disk lacks {lacking / 1e6:.0f} MB for it")

    async def _take(self, response: httpx.Response) -> None:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise UnfitError("the server sent it packed, though asked not to")
        most = self._wanted.size or self._limits.most_bytes
        block = bytearray()

        async def take(chunk: bytes) -> None:
            if self.progress.received + len(block) + len(chunk) > most:
                raise UnfitError(f"more than {most} bytes came")
            block.extend(chunk)
            if len(block) >= _BLOCK_BYTES:
                await self._keep(block)

        try:
            await each_chunk(response, take)
        finally:
            with trio.CancelScope(shield=True):  # what came is worth keeping
                await self._keep(block)

    async def _keep(self, block: bytearray) -> None:
        content = bytes(block)
        block.clear()
        work = partial(self._disk.append, self._part, content)
        await self._offload(partial(on_disk, work))
        self.progress.received += len(content)

    async def _checked(self) -> StoredModel:
        wanted = self._wanted
        length = await self._offload(self._length)
        whole = wanted.size or self.progress.total
        if not length or (whole is not None and length < whole):
            raise TroubleError("the model broke off", soon=True)
        actual = await self._offload(partial(sha256_of, self._part))
        if actual != wanted.sha256:
            raise UnfitError(f"the file hashes to {actual[:12]}…, not {wanted.sha256[:12]}…")
        kind = await self._offload(partial(kind_of, self._part))
        if wanted.kind and kind != wanted.kind:
            raise UnfitError(f"the file is {kind}, and the manifest says {wanted.kind}")
        if kind not in self._limits.kinds:
            raise UnfitError(f"{kind} files are not taken here (models.formats)")
        return StoredModel(actual, kind, length, wanted.version, wanted.issued_s, wanted.thresholds)

    async def _forget(self) -> None:
        await self._offload(partial(on_disk, partial(self._disk.remove, self._part)))
        self.progress.received = 0

    def _length(self) -> int:
        try:
            return self._part.stat().st_size
        except FileNotFoundError:
            return 0


def kind_of(path: Path) -> Kind:
    """Say what a file is, by its first bytes. Nothing of it is loaded.

    Raises:
        UnfitError: it is none of the kinds that are known.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        first = file.read(len(_ZIP))
    if first.startswith(_ONNX_FIRST_BYTE):
        return "onnx"
    if first == _ZIP:
        return "pt"
    raise UnfitError("the file is neither ONNX nor a zip of torch's")


def _hint(status: int) -> str:
    denied = (401, 403)
    return ": it wants a user's token, see sync_token" if status in denied else ""
