"""How much may be taken, and for how long, while the server is not reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import trio

from rvm_edge.ledger.outbox import Outbox
from rvm_edge.settings.cloud import SyncSettings

_HOUR_S = 3600.0


class OfflineCap:
    """The operator's two limits.

    The hours are counted by monotonic time in this process: from its start, or from when the
    courier could last deliver. A restart begins them anew, and no jump of a clock ends them.
    """

    def __init__(self, outbox: Outbox, settings: SyncSettings) -> None:
        self._outbox = outbox
        self._settings = settings
        self._in_touch = False
        self._since_s = trio.current_time()

    @contextmanager
    def in_touch(self) -> Iterator[None]:
        """The server is reached while inside."""
        self._in_touch = True
        try:
            yield
        finally:
            self._in_touch = False
            self._since_s = trio.current_time()

    async def reached(self) -> str:
        """Say in a few words which limit is reached; "" for none.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        most, hours = self._settings.offline_items_cap, self._settings.offline_hours_cap
        if most and await self._outbox.guests_waiting(most) >= most:
            return f"{most} guests' items wait for the server"
        alone_s = 0.0 if self._in_touch else trio.current_time() - self._since_s
        if hours and alone_s >= hours * _HOUR_S:
            return f"the server was not reached for {hours:g} hours"
        return ""
