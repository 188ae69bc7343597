"""Lets the browser's window cover the whole screen, also where no window manager sees to that.

On a bare X server Chromium takes its kiosk window for full-screen and leaves it at the size it was
made with: a margin around the page, or half the screen empty.
"""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from rvm_edge.kiosk.keeper import devtools_wire as wire
from rvm_edge.kiosk.keeper.devtools import DevTools, DevToolsError

_SCREEN: Final = "[screen.width, screen.height]"
_BEYOND: Final = 1
"""A window as large as the screen is made a pixel smaller; one that is larger stays so."""

_LOG = logging.getLogger(__name__)


class _Screen(msgspec.Struct, frozen=True):
    value: tuple[int, int]


class _Evaluated(msgspec.Struct, frozen=True):
    result: _Screen


class Cover:
    """Of one browser, all of whose pages share a window."""

    def __init__(self, tools: DevTools, patience_s: float) -> None:
        """Do nothing yet.

        Args:
            tools: of the browser.
            patience_s: how long it may take over each command.
        """
        self._tools = tools
        self._patience_s = patience_s
        self._tried: tuple[int, int] | None = None

    async def spread(self, target: str, session: str) -> None:
        """Enlarge the window that a page is in, once for each size that the screen takes.

        A browser that does not let itself be enlarged is left as it is: people see something.

        Args:
            target: the page.
            session: with it.

        Raises:
            BrowserGoneError: there is no browser.
        """
        try:
            await self._spread(target, session)
        except DevToolsError as error:
            _LOG.warning("the window may not cover the screen: %s", error)

    async def _spread(self, target: str, session: str) -> None:
        call, patience_s = self._tools.call, self._patience_s
        asked = wire.Evaluate(expression=_SCREEN)
        answer = await call(asked, _Evaluated, session=session, patience_s=patience_s)
        width, height = answer.result.value
        ask_window = wire.GetWindowForTarget(target_id=target)
        window = await call(ask_window, wire.Window, patience_s=patience_s)
        if self._tried == (width, height) or window.bounds.covers(width, height):
            return
        self._tried = (width, height)
        # The size of a window that counts as full-screen cannot be changed.
        for change in (
            wire.WindowState(window_state="normal"),
            wire.Bounds(left=0, top=0, width=width + _BEYOND, height=height + _BEYOND),
            wire.WindowState(window_state="fullscreen"),
        ):
            changed = wire.SetWindowBounds(window_id=window.window_id, bounds=change)
            await call(changed, wire.Done, patience_s=patience_s)
