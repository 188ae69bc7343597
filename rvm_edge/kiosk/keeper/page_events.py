"""What a page does that somebody has to answer: leads elsewhere, asks, crashes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import msgspec
import trio

from rvm_edge.kiosk.keeper import devtools_wire as wire
from rvm_edge.kiosk.keeper.devtools import BrowserGoneError, DevToolsError
from rvm_edge.kiosk.keeper.navigation import Fence, spoken
from rvm_edge.untrusted_json import read_json

_LOG = logging.getLogger(__name__)

_LEAVING = "beforeunload"

Do = Callable[[wire.Params], Awaitable[object]]


class PageEvents:
    """Answers for one page.

    Attributes:
        trouble: what is wrong with the page, in a few words; "" while nothing is.
        troubled: set as soon as something is.
        dialogs: how many it has opened.
        dialog_open: one of them is on the screen: the page does nothing until it is closed.
        main_frame: the page's own frame, by which its own documents are told from its frames'.
    """

    def __init__(self, nursery: trio.Nursery, do: Do, fence: Fence, alert_s: float) -> None:
        """Begin.

        Args:
            nursery: for answers; ends with the browser.
            do: gives the page a command.
            fence: where it may lead.
            alert_s: how long a dialog stays.
        """
        self.trouble = ""
        self.troubled = trio.Event()
        self.dialogs = 0
        self.dialog_open = False
        self.main_frame = ""
        self._nursery = nursery
        self._do = do
        self._fence = fence
        self._alert_s = alert_s
        self._held_back: set[str] = set()

    def be_troubled(self, why: str) -> None:
        """Note what is wrong; the first reason stays."""
        self.trouble = self.trouble or why
        self.troubled.set()

    def hear(self, event: str, carried: msgspec.Raw) -> None:
        """Take an event of the page's session."""
        if event == "Fetch.requestPaused":
            self._let_on_or_refuse(read_json(carried, wire.RequestPaused))
        elif event == "Page.frameNavigated":
            self._follow(read_json(carried, wire.FrameNavigated).frame)
        elif event == "Page.javascriptDialogOpening":
            self._bear_dialog(read_json(carried, wire.DialogOpening))
        elif event == "Page.javascriptDialogClosed":
            self.dialog_open = False
        elif event == "Inspector.targetCrashed":
            self.be_troubled("it has crashed")

    def _let_on_or_refuse(self, paused: wire.RequestPaused) -> None:
        """Let a document through the fence; what a page holds in frames is its own affair."""
        if paused.frame_id != self.main_frame or self._fence.lets(paused.request.url):
            self._answer(wire.ContinueRequest(request_id=paused.request_id))
            return
        where = spoken(paused.request.url)
        if where not in self._held_back:  # a page may try for ever
            self._held_back.add(where)
            _LOG.warning("a page led to %s, and was held back", where)
        self._answer(wire.FailRequest(request_id=paused.request_id))

    def _follow(self, frame: wire.Frame) -> None:
        """Look where it has gone: not every way there is a request that could be stopped."""
        shown = frame.id == self.main_frame and not frame.unreachable_url
        if shown and not self._fence.lets(frame.url):
            self.be_troubled(f"it has gone to {spoken(frame.url)}")

    def _bear_dialog(self, dialog: wire.DialogOpening) -> None:
        self.dialogs += 1
        self.dialog_open = True
        self._answer(wire.HandleDialog(), 0.0 if dialog.type == _LEAVING else self._alert_s)

    def _answer(self, command: wire.Params, after_s: float = 0.0) -> None:
        async def answer() -> None:
            await trio.sleep(after_s)
            try:
                await self._do(command)
            except (DevToolsError, BrowserGoneError) as error:  # the page has gone on, or is gone
                _LOG.debug("%s came too late: %s", command.method, error)

        self._nursery.start_soon(answer)
