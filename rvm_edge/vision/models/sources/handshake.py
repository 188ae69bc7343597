"""What the server's last handshake named, or the order that repeats it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import trio

from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.target import Target, beside


class Named(msgspec.Struct, frozen=True):
    """The model that a handshake named.

    Attributes:
        version: such as ``v1.2.0``.
        sha256: of the file, 64 hex digits in lower case.
        url: where the server says it lies; "" where it does not say.
    """

    version: str
    sha256: str
    url: str


class HandshakeSource:
    """Implements `Source` with what the server says."""

    def __init__(self, named: Callable[[], Named | None], manifest_url: str = "") -> None:
        """Ask `named` each time.

        Args:
            named: returns what the last handshake named, if anything.
            manifest_url: "" for beside the model; ``{sha256}`` stands for its hash.
        """
        self._named = named
        self._manifest_url = manifest_url

    @property
    def is_near(self) -> bool:
        """It is known already."""
        return True

    async def target(self) -> Target | None:
        """Return what the last handshake named.

        Raises:
            UnfitError: it named a model without saying where it lies.
        """
        await trio.lowlevel.checkpoint()
        named = self._named()
        if named is None:
            return None
        if not named.url:
            raise UnfitError("the server names a model without an address")
        return self.at(named.url, named)

    def at(self, url: str, named: Named) -> Target:
        """Return the same model at another address: an order may say where a copy lies."""
        manifest = self._manifest_url.replace("{sha256}", named.sha256) or beside(url)
        return Target(url, named.sha256, named.version, manifest_url=manifest)
