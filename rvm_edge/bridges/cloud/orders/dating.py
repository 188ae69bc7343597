"""When an order was given, by the server's clock alone: the machine's own may be wrong by years."""

from __future__ import annotations

import msgspec

from rvm_edge.bridges.cloud.orders.ordered import Ordered
from rvm_edge.bridges.cloud.server_clock import iso_epoch_s


class UndatedError(Exception):
    """Nobody can tell how old an order is. The message says why."""


class Dated(msgspec.Struct, frozen=True):
    """When an order was given and when it came, in seconds of the Unix epoch.

    Attributes:
        given_s: as the order says.
        came_s: as the server's clock showed then.
    """

    given_s: float
    came_s: float

    @property
    def age_s(self) -> float:
        """How old it came, in seconds; below 0 for one that was dated ahead."""
        return self.came_s - self.given_s


def date(ordered: Ordered, server_now_s: float | None) -> Dated:
    """Return when an order was given.

    Args:
        ordered: with a time in ISO 8601 with an offset, as the server writes it.
        server_now_s: what the server's clock shows; None while unknown.

    Raises:
        UndatedError: the order's time cannot be read, or the server's is not known.
    """
    if server_now_s is None:
        raise UndatedError("what time it is at the server is not known: it may be an old order")
    given_s = iso_epoch_s(ordered.timestamp)
    if given_s is None:
        raise UndatedError(f"it has no time that could be read: {ordered.timestamp or 'none'}")
    return Dated(given_s, server_now_s)
