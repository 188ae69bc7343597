"""The keeper: one browser after another, each with the right view on its screen."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NoReturn

import trio

from rvm_edge.background import background_tasks
from rvm_edge.backoff import Backoff
from rvm_edge.kiosk.keeper.bridge_follower import follow
from rvm_edge.kiosk.keeper.browser import Browser, BrowserLostError, running_browser
from rvm_edge.kiosk.keeper.outlook import News
from rvm_edge.kiosk.keeper.renewal import Renewal
from rvm_edge.kiosk.keeper.screen import Screen
from rvm_edge.kiosk.keeper.setbacks import STEADY_S
from rvm_edge.kiosk.keeper.upkeep import look_after
from rvm_edge.settings.kiosk import KioskSettings

_LOG = logging.getLogger(__name__)


async def keep_screen(settings: KioskSettings, profile: Path) -> NoReturn:
    """Keep a working screen in front of people until cancelled.

    Args:
        settings: how.
        profile: the browser's folder; emptied before each start.
    """
    news = News()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, settings, news)
        await _keep_browsers(settings, profile, news)
    raise AssertionError("unreachable: the keeper ends by being cancelled")


async def _keep_browsers(settings: KioskSettings, profile: Path, news: News) -> NoReturn:
    backoff = Backoff(settings.retry_first_s, settings.retry_cap_s)
    while True:
        began_s = trio.current_time()
        try:
            async with running_browser(settings, profile) as browser:
                await _keep_views(browser, news, settings)
        except BrowserLostError as lost:
            if trio.current_time() - began_s >= STEADY_S:
                backoff.succeeded()
            wait_s = backoff.next_s()
            _LOG.error("%s; a new browser in %.1f s", lost, wait_s)
        await trio.sleep(wait_s)


async def _keep_views(browser: Browser, news: News, settings: KioskSettings) -> None:
    screen = Screen(browser, news, settings)
    renewal = Renewal(settings.reload_at, settings.page_most_mb)
    async with background_tasks() as nursery:
        nursery.start_soon(look_after, browser, screen, news, renewal)
        await screen.keep()
