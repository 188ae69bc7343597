"""Looks at the page on the screen every second, until something is wrong with it."""

from __future__ import annotations

import math

import trio

from rvm_edge.kiosk.keeper.devtools import BrowserGoneError, DevToolsError
from rvm_edge.kiosk.keeper.page import Page
from rvm_edge.settings.kiosk import KioskSettings

UNREADABLE_MOST = 5
"""How often in a row a page may be between two documents when it is asked."""


async def watch(page: Page, settings: KioskSettings) -> str:
    """Return what is wrong with a page, as soon as something is."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_look_on, page, settings)
        await page.events.troubled.wait()
        nursery.cancel_scope.cancel()
    return page.events.trouble


async def _look_on(page: Page, settings: KioskSettings) -> None:
    be_troubled = page.events.be_troubled
    unreadable, empty_since_s = 0, math.inf
    try:
        while True:
            sight = await page.look(settings.answer_s)
            unreadable = 0 if sight is not None or page.events.dialog_open else unreadable + 1
            if unreadable > UNREADABLE_MOST:
                be_troubled("it does not say what it shows")
            now_s = trio.current_time()
            white = sight is not None and sight.empty
            empty_since_s = min(empty_since_s, now_s) if white else math.inf
            if now_s - empty_since_s >= settings.answer_s:
                be_troubled("it is white")
            await trio.sleep(settings.probe_s)
    except DevToolsError:
        be_troubled(f"it has not answered within {settings.answer_s:g} s")
    except BrowserGoneError as gone:
        be_troubled(str(gone))
