"""The credentials in the data folder: whether they are there, and any good."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from pathlib import Path

import trio

from rvm_edge.machine import KeptError
from rvm_edge.offload import Offload
from rvm_edge.provisioning.credentials import Credentials, CredentialsError, read_credentials
from rvm_edge.provisioning.store import Store

FILE_NAME = "rvm-credentials.json"
LOOK_EVERY_S = 2.0
"""How soon credentials are found that were copied into the folder."""

NOT_OURS = "the file of credentials was named at the start: it is its owner's to delete"

_LOG = logging.getLogger(__name__)


class StoredCredentials:
    """`rvm_edge.machine.Credentials` over ``rvm-credentials.json``."""

    def __init__(
        self,
        folder: Path,
        offload: Offload,
        server_url: str = "",
        *,
        store: Store | None = None,
        go_by_site: Callable[[], object] = lambda: None,
    ) -> None:
        """Remember where to look; nothing is read yet.

        Args:
            folder: which.
            offload: where the file is read.
            server_url: where the server is, if the file does not say it.
            store: by which they can be forgotten; None where they are somebody else's to delete.
            go_by_site: goes by what was chosen with them, before the first handshake tells of it.
        """
        self._path = folder / FILE_NAME
        self._offload = offload
        self._server_url = server_url
        self._store = store
        self._go_by_site = go_by_site
        self._told = ""

    @property
    def why_kept(self) -> str:
        """Why they cannot be forgotten; "" if they can."""
        return "" if self._store else NOT_OURS

    async def forget(self) -> None:
        """Delete them, the site and the server's policy.

        Raises:
            KeptError: they are not this program's to delete, or cannot be deleted.
        """
        if self._store is None:
            raise KeptError(NOT_OURS)
        try:
            await self._offload(self._store.forget)
        except OSError as error:
            raise KeptError(f"it cannot be deleted: {error.strerror or error}") from error

    def read(self) -> Credentials:
        """Read them now.

        Raises:
            CredentialsError: there are none, others could read them too, or they are no good.
        """
        try:
            mode = self._path.stat().st_mode
        except FileNotFoundError:
            raise CredentialsError(f"{self._path}: no credentials yet") from None
        except OSError as error:
            raise CredentialsError(f"{self._path}: {error.strerror}") from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CredentialsError(
                f"{self._path}: others can read this machine's key; run chmod 600 {self._path}"
            )
        return read_credentials(self._path, self._server_url)

    async def present(self) -> bool:
        """Say whether usable credentials are stored; the log says once why not."""
        try:
            await self._offload(self.read)
        except CredentialsError as error:
            if str(error) != self._told:
                self._told = str(error)
                _LOG.warning("%s", error)
            return False
        self._told = ""
        return True

    async def renewed(self) -> None:
        """Return once usable ones are stored in place of those that are there now.

        The same again count: somebody brought them, and the server took them.
        """
        before = await self._offload(self._which)
        while await self._offload(self._which) == before or not await self.present():
            await trio.sleep(LOOK_EVERY_S)

    def _which(self) -> tuple[int, int] | None:
        """Tell one file from another that takes its place: each is written beside and renamed."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    async def wait(self) -> None:
        """Return once usable credentials are stored."""
        while not await self.present():
            await trio.sleep(LOOK_EVERY_S)
        await self._offload(self._go_by_site)
