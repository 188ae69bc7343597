"""A fixed address from the settings."""

from __future__ import annotations

import trio

from rvm_edge.vision.models.target import Target, beside


class PlainSource:
    """Implements `Source` with what the settings say."""

    def __init__(self, url: str, sha256: str, manifest_url: str = "") -> None:
        """Take the settings' words.

        Args:
            url: where the model lies.
            sha256: what it must hash to; "" where the manifest says.
            manifest_url: "" for beside the model.
        """
        self._target = Target(url, sha256, manifest_url=manifest_url or beside(url))

    @property
    def is_near(self) -> bool:
        """It is known already."""
        return True

    async def target(self) -> Target | None:
        """Return what the settings want."""
        await trio.lowlevel.checkpoint()
        return self._target
