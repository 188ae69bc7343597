"""The screen: always the view that belongs there, for as long as one browser lasts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import trio

from rvm_edge.kiosk.keeper.browser import Browser
from rvm_edge.kiosk.keeper.choice import Kind, Situation, View, choose
from rvm_edge.kiosk.keeper.devtools import BrowserGoneError, DevToolsError
from rvm_edge.kiosk.keeper.navigation import Fence, spoken
from rvm_edge.kiosk.keeper.outlook import News
from rvm_edge.kiosk.keeper.page import Page, PageError
from rvm_edge.kiosk.keeper.setbacks import Setbacks
from rvm_edge.kiosk.keeper.watch import watch
from rvm_edge.settings.kiosk import KioskSettings

OWN_PAGE: Final = (Path(__file__).parent / "holding.html").read_text(encoding="utf-8")
TICK_S: Final = 0.25
"""How late a rest, or a thanks, may be noticed to be over."""

SUSPICIOUS: Final = {Kind.HOLDING: 3, Kind.LOCAL: 5}
"""So many failures in a row of pages that need no network, and the browser is at fault."""

_LOG = logging.getLogger(__name__)


class Screen:
    """Shows views in one browser, and replaces a page that has something wrong with it."""

    def __init__(self, browser: Browser, news: News, settings: KioskSettings) -> None:
        """Prepare.

        Args:
            browser: that is ready.
            news: of the machine.
            settings: how the screen is kept.
        """
        self._browser = browser
        self._news = news
        self._settings = settings
        self._setbacks = Setbacks(settings.retry_first_s, settings.retry_cap_s, trio.current_time)
        self._shown: View | None = None
        self._page: Page | None = None
        self._since_s = 0.0
        self._deposit_s = -settings.linger_s
        self._stale = False

    def renew(self) -> None:
        """Replace the page on the screen by the same, loaded anew."""
        self._stale = True
        self._news.ring()

    async def keep(self) -> None:
        """Keep the right view on the screen until cancelled.

        Raises:
            DevToolsError: the browser does not do what it is told; it is to be replaced.
            BrowserGoneError: it is gone.
        """
        failure: Exception | None = None
        async with trio.open_nursery() as watches:
            try:
                while True:
                    self._keep_faith()
                    wanted = self._wanted()
                    if wanted == self._shown and not self._stale:
                        await self._news.wait(TICK_S)
                    else:
                        await self._change_to(wanted, watches)
            except (DevToolsError, BrowserGoneError) as error:
                failure = error
            watches.cancel_scope.cancel()
        if failure is not None:
            raise failure

    def _wanted(self) -> View:
        now_s, outlook = trio.current_time(), self._news.now
        if outlook.in_deposit:
            self._deposit_s = now_s
        return choose(
            Situation(
                outlook=outlook,
                bridge_origin=self._settings.bridge_origin,
                shown=self._shown,
                resting=self._setbacks.resting(),
                thanks=now_s - self._deposit_s < self._settings.linger_s,
            )
        )

    async def _change_to(self, view: View, watches: trio.Nursery) -> None:
        """Show a view, unless another one is wanted meanwhile."""
        self._stale = False
        failure: Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._cancel_when_unwanted, view, nursery.cancel_scope)
            try:
                await self._show(view, watches)
            except (DevToolsError, BrowserGoneError) as error:
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _cancel_when_unwanted(self, view: View, scope: trio.CancelScope) -> None:
        while self._wanted() == view:
            await self._news.wait(TICK_S)
        scope.cancel()

    async def _show(self, view: View, watches: trio.Nursery) -> None:
        page = await self._browser.open_page(self._fence(view))
        try:
            if view.kind is Kind.HOLDING:
                await page.fill(OWN_PAGE)
            else:
                await page.load(view.url)
        except (PageError, DevToolsError) as error:
            await self._browser.close_page(page)
            _LOG.warning("%s (%s): %s", view.kind.value, spoken(view.url), error)
            self._setbacks.note(view.kind, 0.0)
            return
        except trio.Cancelled:
            with trio.CancelScope(shield=True):
                await self._browser.close_page(page)
            raise
        with trio.CancelScope(shield=True):  # each command in it is bounded
            await self._swap(page, view)
        watches.start_soon(self._watch, page, view)

    async def _swap(self, page: Page, view: View) -> None:
        await page.bring_to_front()
        before, self._page = self._page, page
        if self._shown is not None:
            self._setbacks.lasted(self._shown.kind, trio.current_time() - self._since_s)
        if view != self._shown:
            _LOG.info("the screen shows %s", view.kind.value)
        self._shown, self._since_s = view, trio.current_time()
        if before is not None:
            await self._browser.close_page(before)

    async def _watch(self, page: Page, view: View) -> None:
        why = await watch(page, self._settings)
        if page is not self._page:
            return
        _LOG.warning("%s is replaced: %s", view.kind.value, why)
        self._shown = None
        self._setbacks.note(view.kind, trio.current_time() - self._since_s)
        self._news.ring()

    def _keep_faith(self) -> None:
        """Lose faith in the browser when too much fails in it.

        Raises:
            DevToolsError: it is to be replaced.
        """
        for kind, most in SUSPICIOUS.items():
            if self._setbacks.in_a_row(kind) >= most:
                raise DevToolsError(f"{kind.value} has failed {most} times in a row")

    def _fence(self, view: View) -> Fence:
        if view.kind is Kind.SERVER:
            return Fence((view.url, *self._settings.more_origins))
        return Fence((view.url,))
