"""The credentials in the data folder: whether they are there, and any good."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import trio

from rvm_edge.offload import Offload
from rvm_edge.provisioning.credentials import Credentials, CredentialsError, read_credentials

FILE_NAME = "rvm-credentials.json"
LOOK_EVERY_S = 2.0
"""How soon credentials are found that were copied into the folder."""

_LOG = logging.getLogger(__name__)


class StoredCredentials:
    """`rvm_edge.machine.Credentials` over ``rvm-credentials.json``."""

    def __init__(self, folder: Path, offload: Offload, server_url: str = "") -> None:
        """Remember where to look; nothing is read yet.

        Args:
            folder: which.
            offload: where the file is read.
            server_url: where the server is, if the file does not say it.
        """
        self._path = folder / FILE_NAME
        self._offload = offload
        self._server_url = server_url
        self._told = ""

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

    async def wait(self) -> None:
        """Return once usable credentials are stored."""
        while not await self.present():
            await trio.sleep(LOOK_EVERY_S)
