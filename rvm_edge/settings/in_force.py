"""By which policy the machine goes now: the owner's, and where he says nothing the server's."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from rvm_edge.settings.policy import Policy

BIN_FULL: Final = "policy.bin_full_pct"
BIN_FREE: Final = "policy.bin_free_pct"

ServedPercent = Annotated[float, Meta(ge=50, le=100)]
"""No server may take a machine out of service by calling an empty bin full."""


class Origin(Enum):
    """Who said a value that applies."""

    OWNER = "owner"
    """It stands in settings.toml."""

    SERVER = "server"
    """The last handshake said it."""

    BUILT_IN = "built_in"
    """Nobody said anything else."""


class ServedPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a server may say of how the machine behaves.

    Attributes:
        bin_full_pct: from this level the machine takes nothing more; None where it says nothing.
    """

    bin_full_pct: ServedPercent | None = None


class PolicyInForce:
    """The policy of a machine that runs. What the owner wrote down counts for more than a server.

    Attributes:
        now: read anew whenever something is decided by it.
    """

    def __init__(self, chosen: Policy, owners: Collection[str] = ()) -> None:
        """Begin without a server.

        Args:
            chosen: as the settings say, defaults included.
            owners: the settings that the owner wrote down, such as ``policy.bin_full_pct``.
        """
        self.now = chosen
        self._chosen = chosen
        self._owners = frozenset(owners)
        self._served = ServedPolicy()

    def heed(self, served: ServedPolicy) -> None:
        """Go by what a server says, from now on, in place of what one said before."""
        self._served = served
        self.now = self._merged()

    @property
    def bin_full_by(self) -> Origin:
        """Who said from which level the bin is full."""
        if BIN_FULL in self._owners:
            return Origin.OWNER
        return Origin.BUILT_IN if self._served.bin_full_pct is None else Origin.SERVER

    def _merged(self) -> Policy:
        chosen, full_pct = self._chosen, self._served.bin_full_pct
        if self.bin_full_by is not Origin.SERVER or full_pct is None:
            return chosen
        free_pct = chosen.bin_free_pct
        if free_pct >= full_pct or BIN_FREE not in self._owners:
            # As far below as it was: else a bin would be full and free with every bottle.
            free_pct = max(0.0, full_pct - (chosen.bin_full_pct - chosen.bin_free_pct))
        return msgspec.structs.replace(chosen, bin_full_pct=full_pct, bin_free_pct=free_pct)
