"""One page of the browser: opened out of sight, and shown once it has something to show.

A page is never used again for something else. What replaces it is another page, in a process of its
own, so that neither a crash nor an endless loop is inherited.
"""

from __future__ import annotations

from typing import Final, TypeVar

import trio

from rvm_edge.kiosk.keeper import devtools_wire as wire
from rvm_edge.kiosk.keeper.cover import Cover
from rvm_edge.kiosk.keeper.devtools import DevTools, DevToolsError, NoAnswerError
from rvm_edge.kiosk.keeper.navigation import Fence
from rvm_edge.kiosk.keeper.page_events import PageEvents
from rvm_edge.kiosk.keeper.sight import LOOK, Evaluated, Sight, objection
from rvm_edge.settings.kiosk import KioskSettings

COMMAND_S: Final = 3.0
"""How long the browser may take over what costs it nothing."""

_LOOK_AGAIN_S = 0.05
_Result = TypeVar("_Result")


class PageError(Exception):
    """A page does not come to show anything. The message says why."""


class Page:
    """One page. Every method raises `BrowserGoneError` where there is no browser any more.

    Attributes:
        target: the browser's name for it.
        events: what it did, and what is wrong with it.
    """

    def __init__(
        self, tools: DevTools, nursery: trio.Nursery, fence: Fence, settings: KioskSettings
    ) -> None:
        """Prepare; `open` makes it.

        Args:
            tools: of the browser.
            nursery: for what goes on beside; ends with the browser.
            fence: where it may lead.
            settings: how long anything may take.
        """
        self.target = ""
        self.events = PageEvents(nursery, self._do, fence, settings.alert_s)
        self._tools = tools
        self._fence = fence
        self._settings = settings
        self._session = ""

    async def open(self) -> None:
        """Make the page, empty and behind the one that is shown.

        Raises:
            DevToolsError: the browser does not do it.
        """
        tools = self._tools
        made = await tools.call(wire.CreateTarget(), wire.TargetId, patience_s=COMMAND_S)
        self.target = self.events.main_frame = made.target_id
        attach = wire.AttachToTarget(target_id=self.target)
        self._session = (await tools.call(attach, wire.SessionId, patience_s=COMMAND_S)).session_id
        tools.on_events(self._session, self.events.hear)
        for preparation in (wire.EnablePage(), wire.EnableInspector(), wire.EnableFetch()):
            await self._do(preparation)

    async def spread(self, cover: Cover) -> None:
        """Let the window that it is in cover the screen."""
        await cover.spread(self.target, self._session)

    async def fill(self, html: str) -> None:
        """Show this, without asking anybody for it.

        Raises:
            DevToolsError: the browser does not do it.
        """
        await self._do(wire.SetDocumentContent(frame_id=self.target, html=html))

    async def load(self, url: str) -> None:
        """Open an address, byte for byte, and return once there is something to see.

        Raises:
            PageError: there is not, or not in time.
            DevToolsError: the browser does not do it.
        """
        with trio.move_on_after(self._settings.load_s):
            await self._load(url)
            return
        raise PageError(f"it shows nothing within {self._settings.load_s:g} s")

    async def bring_to_front(self) -> None:
        """Show it in place of any other.

        Raises:
            DevToolsError: the browser does not do it.
        """
        activate = wire.ActivateTarget(target_id=self.target)
        await self._tools.call(activate, wire.Done, patience_s=COMMAND_S)

    async def look(self, patience_s: float) -> Sight | None:
        """Return what it shows; None while that cannot be said.

        Raises:
            NoAnswerError: it should say, and does not.
        """
        dialogs = self.events.dialogs
        if self.events.dialog_open:
            return None
        try:
            answer = await self._call(wire.Evaluate(expression=LOOK), Evaluated, patience_s)
        except NoAnswerError:
            if self.events.dialogs != dialogs:
                return None  # a dialog stopped it meanwhile
            raise
        except DevToolsError:
            return None  # its document was just replaced by another
        sight = answer.result.value
        if sight is not None and (why := objection(sight, self._fence)):
            self.events.be_troubled(why)
        return sight

    async def close(self) -> None:
        """Close it, dead or alive.

        Raises:
            DevToolsError: the browser does not do it.
        """
        self._tools.forget(self._session)
        self.events.be_troubled("it was closed")
        if self.target:
            close = wire.CloseTarget(target_id=self.target)
            await self._tools.call(close, wire.Done, patience_s=COMMAND_S)

    async def _load(self, url: str) -> None:
        patience_s = self._settings.load_s
        answer = await self._call(wire.Navigate(url=url), wire.Navigated, patience_s)
        if answer.error_text:
            raise PageError(f"it cannot be reached: {answer.error_text}")
        while not self.events.trouble:
            sight = await self.look(patience_s)
            if sight is not None and not (sight.loading or sight.empty or self.events.trouble):
                return
            await trio.sleep(_LOOK_AGAIN_S)
        raise PageError(self.events.trouble)

    async def _do(self, command: wire.Params) -> None:
        await self._call(command, wire.Done)

    async def _call(
        self, params: wire.Params, result: type[_Result], patience_s: float = COMMAND_S
    ) -> _Result:
        return await self._tools.call(params, result, session=self._session, patience_s=patience_s)
