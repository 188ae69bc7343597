"""Pictures for the screen: of the last items, and what a technician saw inside."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from rvm_edge.bridges.local.view import MachineView

REMEMBERED: Final = 8
"""So many items' pictures can be had: those of the last deposit or two."""

GLIMPSE_S: Final = 60.0
"""How long a technician's picture can be had."""

_FETCH_S = 3.0
_LOG = logging.getLogger(__name__)


class ItemPictures:
    """The pictures of the last items; of no others, whatever a page asks for."""

    def __init__(self, view: MachineView) -> None:
        self._view = view
        self._known: OrderedDict[str, bytes | None] = OrderedDict()
        self._one_at_a_time = trio.Lock()

    def allow(self, client_uuid: str) -> None:
        """From now on the picture of this item can be had; that of the oldest one no more."""
        self._known.setdefault(client_uuid, None)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def get(self, client_uuid: str) -> bytes | None:
        """Return an item's picture as a JPEG; None where there is none to be had."""
        if client_uuid not in self._known:
            return None
        async with self._one_at_a_time:
            known = self._known.get(client_uuid)
            if known is None:
                known = await _in_time(self._view.picture(client_uuid))
                if known is not None and client_uuid in self._known:
                    self._known[client_uuid] = known
            return known

    async def fetch(self, client_uuid: str) -> bytes | None:
        """Return any item's picture as a JPEG, for whoever may look it up; None without one."""
        async with self._one_at_a_time:
            return await _in_time(self._view.picture(client_uuid))

    async def fetch_cut_out(self, client_uuid: str) -> bytes | None:
        """Return the cut-out beside an item's picture, likewise."""
        async with self._one_at_a_time:
            return await _in_time(self._view.cut_out(client_uuid))


async def _in_time(picture: Awaitable[bytes | None]) -> bytes | None:
    with trio.move_on_after(_FETCH_S):
        try:
            return await picture
        except Exception:  # noqa: BLE001 - a page without a picture still says what happened
            _LOG.exception("an item's picture could not be had")
    return None


class Glimpses:
    """The last picture of the chamber, for whoever was given its path."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin empty.

        Args:
            clock: monotonic seconds.
        """
        self._clock = clock
        self._ticket = ""
        self._jpeg = b""
        self._until_s = clock()

    def keep(self, jpeg: bytes) -> str:
        """Keep a picture in place of the one before; return its path on the bridge."""
        self._ticket = secrets.token_urlsafe(16)
        self._jpeg = jpeg
        self._until_s = self._clock() + GLIMPSE_S
        return f"/snapshot.jpg?ticket={self._ticket}"

    def get(self, ticket: str) -> bytes | None:
        """Return the picture for its ticket, while it can be had."""
        fits = secrets.compare_digest(ticket.encode(), self._ticket.encode())
        if not self._ticket or not fits or self._clock() >= self._until_s:
            return None
        return self._jpeg

    def forget(self) -> None:
        """Keep nothing more: maintenance is over."""
        self._ticket, self._jpeg = "", b""
