"""What is looked after beside the pages, and when that may cost somebody the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import trio

from rvm_edge.kiosk.keeper.browser import Browser
from rvm_edge.kiosk.keeper.devtools import BrowserGoneError, DevToolsError
from rvm_edge.kiosk.keeper.outlook import News, Outlook
from rvm_edge.kiosk.keeper.renewal import Renewal
from rvm_edge.kiosk.keeper.screen import Screen
from rvm_edge.kiosk.keeper.upkeep import EVERY_S, look_after

IDLE = Outlook(here=True, configuration=("operational.link.online", "operational.intake.idle"))
BUSY = Outlook(here=True, configuration=("operational.intake.deposit.waiting",))
MORNING = datetime(2026, 11, 28, 3, 29, tzinfo=timezone(timedelta(hours=7)))


@dataclass
class Played:
    """A browser's processes, a screen that counts, and a wall clock."""

    graphics: list[frozenset[int]] = field(default_factory=lambda: [frozenset({7})])
    fails: list[Exception] = field(default_factory=list)
    news: News = field(default_factory=News)
    now: datetime = MORNING
    renewed: int = 0

    async def processes(self, kind: str) -> frozenset[int]:
        await trio.lowlevel.checkpoint()
        if self.fails:
            raise self.fails.pop(0)
        if kind != "GPU":
            return frozenset()
        return self.graphics.pop(0) if len(self.graphics) > 1 else self.graphics[0]

    def at(self, time_zone: str) -> datetime:
        return self.now.astimezone(ZoneInfo(time_zone)) if time_zone else self.now

    def renew(self) -> None:
        self.renewed += 1


@asynccontextmanager
async def looked_after(played: Played) -> AsyncIterator[None]:
    renewal = Renewal("03:30", 700.0, played.at)
    async with trio.open_nursery() as nursery:
        browser, screen = cast("Browser", played), cast("Screen", played)
        nursery.start_soon(look_after, browser, screen, played.news, renewal)
        yield
        nursery.cancel_scope.cancel()


async def test_the_nights_reload_waits_until_nobody_is_there(autojump_clock: object) -> None:
    played = Played()
    played.news.tell(BUSY)
    async with looked_after(played):
        played.now += timedelta(minutes=1)
        await trio.sleep(EVERY_S * 10)
        assert played.renewed == 0
        played.news.tell(IDLE)
        await trio.sleep(EVERY_S * 10)
        assert played.renewed == 1


async def test_the_night_is_where_the_machine_says_that_it_stands(autojump_clock: object) -> None:
    played = Played(now=datetime(2026, 11, 28, 20, 29, tzinfo=timezone.utc))
    played.news.tell(replace(IDLE, time_zone="Asia/Jakarta"))
    async with looked_after(played):
        await trio.sleep(EVERY_S * 10)
        assert played.renewed == 0
        played.now += timedelta(minutes=1)
        await trio.sleep(EVERY_S * 10)
        assert played.renewed == 1


@pytest.mark.parametrize(
    ("seen", "renewed"),
    [
        ([{7}, {7}, {7}], 0),
        ([{7}, {8}, {8}], 1),
        ([{7}, set(), {8}], 1),
        ([set(), {7}, {7}], 0),
        ([{7}, {8}, {9}], 2),
    ],
)
async def test_lost_graphics_do_not_wait(
    seen: list[set[int]], renewed: int, autojump_clock: object
) -> None:
    played = Played(graphics=[frozenset(one) for one in seen])
    played.news.tell(BUSY)
    async with looked_after(played):
        await trio.sleep(EVERY_S * 10)
    assert played.renewed == renewed


async def test_a_browser_that_does_not_say_is_asked_again_and_one_that_is_gone_not(
    autojump_clock: object,
) -> None:
    played = Played(fails=[DevToolsError("busy")])
    played.news.tell(IDLE)
    async with looked_after(played):
        played.now += timedelta(minutes=1)
        await trio.sleep(EVERY_S * 3)
        assert played.renewed == 1
        played.fails.append(BrowserGoneError("gone"))
        await trio.sleep(EVERY_S * 2)
        played.now += timedelta(days=1)
        await trio.sleep(EVERY_S * 3)
    assert played.renewed == 1
