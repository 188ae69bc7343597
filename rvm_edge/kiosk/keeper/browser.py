"""A browser that runs: started, watched for its end, and ended with all of its processes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio

from rvm_edge.background import background_tasks
from rvm_edge.kiosk.keeper import devtools_wire as wire
from rvm_edge.kiosk.keeper.browser_process import GOODBYE_S, BrowserProcess, BrowserStartError
from rvm_edge.kiosk.keeper.command_line import command_line
from rvm_edge.kiosk.keeper.cover import Cover
from rvm_edge.kiosk.keeper.devtools import (
    BrowserGoneError,
    DevTools,
    DevToolsError,
    NoAnswerError,
)
from rvm_edge.kiosk.keeper.last_words import with_advice
from rvm_edge.kiosk.keeper.navigation import Fence
from rvm_edge.kiosk.keeper.page import COMMAND_S, Page
from rvm_edge.kiosk.keeper.profile import ProfileError, fresh_profile
from rvm_edge.settings.kiosk import KioskSettings
from rvm_edge.untrusted_json import read_json

_END_S = 1.0
_PAGE = "page"
_LOG = logging.getLogger(__name__)


class BrowserLostError(Exception):
    """There is no usable browser, or no more. The message says why."""


class Browser:
    """A browser that runs. Every method raises `BrowserGoneError` once it does not."""

    def __init__(self, tools: DevTools, nursery: trio.Nursery, settings: KioskSettings) -> None:
        self._tools = tools
        self._nursery = nursery
        self._settings = settings
        self._ours: set[str] = set()
        self._opening = trio.Lock()
        self._opened = trio.Event()
        self._cover = Cover(tools, COMMAND_S)

    async def get_ready(self) -> None:
        """Wait until it takes commands, and lock what pages never need.

        Raises:
            DevToolsError: it does not get ready.
        """
        tools = self._tools
        await tools.call(wire.GetTargets(), wire.Targets, patience_s=self._settings.start_s)
        await tools.call(wire.DenyDownloads(), wire.Done, patience_s=COMMAND_S)
        tools.on_events("", self._hear)
        await tools.call(wire.DiscoverTargets(), wire.Done, patience_s=COMMAND_S)

    async def fall_silent(self) -> str:
        """Return why the browser counts as hung, once it no longer answers for itself.

        Every page is asked too, but a page that does not answer costs only the page: without this
        nobody would know sooner than after the time that opening another page may take.
        """
        while True:
            await trio.sleep(self._settings.probe_s)
            try:
                await self._tools.call(
                    wire.GetVersion(), wire.Done, patience_s=self._settings.answer_s
                )
            except NoAnswerError:
                return f"the browser has not answered within {self._settings.answer_s:g} s"

    async def open_page(self, fence: Fence) -> Page:
        """Return a new page, empty and out of sight.

        Raises:
            DevToolsError: it cannot be made.
        """
        page = Page(self._tools, self._nursery, fence, self._settings)
        async with self._opening:
            await page.open()
            self._ours.add(page.target)
        await page.spread(self._cover)
        self._opened.set()
        return page

    async def close_page(self, page: Page) -> None:
        """Close a page, dead or alive; one that cannot be closed is only logged."""
        self._ours.discard(page.target)
        try:
            await page.close()
        except DevToolsError as error:
            _LOG.warning("a page could not be closed: %s", error)

    async def processes(self, kind: str) -> frozenset[int]:
        """Return the process ids of one kind: ``renderer`` for pages, or ``GPU``.

        Raises:
            DevToolsError: it does not say.
        """
        found = await self._tools.call(wire.GetProcessInfo(), wire.Processes, patience_s=COMMAND_S)
        return frozenset(one.id for one in found.process_info if one.type == kind)

    def _hear(self, event: str, carried: msgspec.Raw) -> None:
        if event == "Target.targetCreated":
            created = read_json(carried, wire.TargetCreated).target_info
            if created.type == _PAGE:
                self._nursery.start_soon(self._close_if_strange, created.target_id)

    async def _close_if_strange(self, target: str) -> None:
        await self._opened.wait()  # the browser's first page stays until there is another one
        async with self._opening:  # until then nobody knows whether it is the keeper's own
            if target in self._ours:
                return
        try:
            await self._tools.call(
                wire.CloseTarget(target_id=target), wire.Done, patience_s=COMMAND_S
            )
            _LOG.info("a window that the keeper did not open is closed")
        except (DevToolsError, BrowserGoneError) as error:  # it may have closed by itself
            _LOG.debug("a window could not be closed: %s", error)


@asynccontextmanager
async def running_browser(settings: KioskSettings, profile: Path) -> AsyncIterator[Browser]:
    """Run a browser while inside; what is inside is cancelled when it ends by itself.

    Args:
        settings: how to start it.
        profile: its folder, which is emptied before.

    Raises:
        BrowserLostError: it could not be started, or ended, or stopped doing what it is told.
    """
    try:
        fresh = await trio.to_thread.run_sync(fresh_profile, profile)
        process = BrowserProcess(command_line(settings, fresh))
    except (BrowserStartError, ProfileError) as error:
        raise BrowserLostError(str(error)) from error
    tools = DevTools(process.commands, process.answers)
    end = _End()
    try:
        async with background_tasks() as nursery:
            nursery.start_soon(process.hear_words)
            nursery.start_soon(tools.listen)
            nursery.start_soon(end.wait_for, process, nursery.cancel_scope)
            try:
                browser = Browser(tools, nursery, settings)
                await browser.get_ready()
                nursery.start_soon(end.wait_for_silence, browser, tools, nursery.cancel_scope)
                yield browser
            except BrowserGoneError as gone:
                with trio.move_on_after(_END_S):  # it knows better how it ended
                    await trio.sleep_forever()
                end.how = str(gone)
            except DevToolsError as error:
                end.how, end.unheeded = str(error), True
    finally:
        await process.end(0.0 if end.unheeded else GOODBYE_S)
    if end.how:
        raise BrowserLostError(f"{end.how}{with_advice(process.last_words)}")


@dataclass
class _End:
    """How a browser ended.

    Attributes:
        how: "" while it runs.
        unheeded: it did not do what it was told, and will not end for being asked to.
    """

    how: str = ""
    unheeded: bool = False

    async def wait_for(self, process: BrowserProcess, scope: trio.CancelScope) -> None:
        """Cancel everything once the process has ended."""
        self.how = await process.wait()
        scope.cancel()

    async def wait_for_silence(
        self, browser: Browser, tools: DevTools, scope: trio.CancelScope
    ) -> None:
        """Cancel everything once the browser stands still."""
        try:
            self.how = await browser.fall_silent()
        except BrowserGoneError:  # how it ended is told elsewhere
            return
        self.unheeded = True
        tools.give_up(self.how)  # or each shielded command would wait for its own time-out
        scope.cancel()
