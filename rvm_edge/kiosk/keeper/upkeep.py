"""Looks after what no page tells of itself: graphics, memory, and the reload in the night."""

from __future__ import annotations

import logging
from typing import Final

import trio

from rvm_edge.kiosk.keeper.browser import Browser
from rvm_edge.kiosk.keeper.devtools import BrowserGoneError, DevToolsError
from rvm_edge.kiosk.keeper.outlook import News
from rvm_edge.kiosk.keeper.renewal import Renewal, private_mb
from rvm_edge.kiosk.keeper.screen import Screen

EVERY_S: Final = 2.0

_GRAPHICS = "GPU"
_PAGES = "renderer"
_LOG = logging.getLogger(__name__)


async def look_after(browser: Browser, screen: Screen, news: News, renewal: Renewal) -> None:
    """Have the page loaded anew when there is a reason to, until cancelled or the browser is gone.

    A page that lost its graphics process may stay black, and nothing in it notices; so it goes at
    once. Whatever else is a reason waits until nobody is at the machine.
    """
    graphics: frozenset[int] = frozenset()
    while True:
        await trio.sleep(EVERY_S)
        try:
            found = await browser.processes(_GRAPHICS)
            pages = await browser.processes(_PAGES)
        except DevToolsError as error:  # whether it still answers is asked elsewhere
            _LOG.debug("the browser does not list its processes: %s", error)
            continue
        except BrowserGoneError:
            return
        why = renewal.due(private_mb(pages), news.now.time_zone) if news.now.is_idle else ""
        if found and graphics and found != graphics:
            why = "the browser has lost its graphics process"
        if found and found != graphics:
            _LOG.debug("graphics are drawn by %s", sorted(found))
        graphics = found or graphics
        if why:
            _LOG.warning("the page is loaded anew: %s", why)
            renewal.done()
            screen.renew()
