"""The shapes of the predecessor's screen, for pages that still speak them.

Such a page offers no subprotocol. It gets the true state, and nothing it says moves anything: a
deposit that it declares is refused, because the machine's own eyes decide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from rvm_edge.bridges.local.conversation import EYES_DECIDE
from rvm_edge.bridges.local.frames import text_frame
from rvm_edge.bridges.local.outbox import Outbox
from rvm_edge.bridges.local.parts import LinkMode, Snapshot
from rvm_edge.bridges.local.websocket import WebSocket
from rvm_edge.untrusted_json import UnreadableError, read_json

_SAID: Final = {
    LinkMode.ONLINE: "Mesin terhubung",
    LinkMode.OFFLINE_GUEST: "Mode donasi tamu",
    LinkMode.TRANSITIONING: "Mohon tunggu",
}
_MOVES_NOTHING = "this page's protocol moves nothing here; use rvm-edge.v1"


class _Asked(msgspec.Struct, frozen=True):
    type: str = ""
    command: str = ""


class _StatusData(msgspec.Struct, frozen=True):
    online: bool
    mode: LinkMode
    pending_sync_count: int
    message: str


class _Status(msgspec.Struct, frozen=True, tag_field="type", tag="status"):
    data: _StatusData


class _PendingInfo(msgspec.Struct, frozen=True, tag_field="type", tag="pending_info"):
    count: int


class _Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    timestamp: float


class _DepositError(msgspec.Struct, frozen=True, tag_field="type", tag="deposit_error"):
    error: str
    code: str


class _Error(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    error: str


_Answer = _Status | _PendingInfo | _Pong | _DepositError | _Error


class Predecessor:
    """Speaks with all pages of the old kind."""

    def __init__(self, snapshot: Callable[[], Snapshot], epoch_s: Callable[[], float]) -> None:
        """Prepare.

        Args:
            snapshot: what is known of the machine.
            epoch_s: the wall clock, in seconds of the Unix epoch.
        """
        self._snapshot = snapshot
        self._epoch_s = epoch_s
        self._pages: set[Outbox] = set()

    @property
    def pages(self) -> int:
        """How many are open."""
        return len(self._pages)

    def tell_status(self) -> None:
        """Tell all such pages how the machine stands."""
        frame = _frame(self._status())
        for page in tuple(self._pages):
            page.write(frame)

    async def converse(self, socket: WebSocket) -> None:
        """Speak until the client is gone.

        Raises:
            GoneError: it is.
            ViolationError: it has to go.
        """
        socket.outbox.write(_frame(self._status()))
        self._pages.add(socket.outbox)
        try:
            while True:
                socket.outbox.write(_frame(self._answer(await socket.next_text())))
        finally:
            self._pages.discard(socket.outbox)

    def _answer(self, text: str) -> _Answer:
        try:
            asked = read_json(text, _Asked)
        except UnreadableError:
            return _Error("Invalid JSON format")
        if asked.type == "get_status":
            return self._status()
        if asked.type == "get_pending":
            return _PendingInfo(self._snapshot().queue.waiting)
        if asked.type == "ping":
            return _Pong(self._epoch_s())
        if asked.type == "deposit":
            return _DepositError(EYES_DECIDE, "EYES_DECIDE")
        return _Error(_MOVES_NOTHING)

    def _status(self) -> _Status:
        now = self._snapshot()
        mode = now.link.mode
        online = mode is LinkMode.ONLINE
        return _Status(_StatusData(online, mode, now.queue.waiting, _SAID[mode]))


def _frame(answer: _Answer) -> bytes:
    return text_frame(msgspec.json.encode(answer))
