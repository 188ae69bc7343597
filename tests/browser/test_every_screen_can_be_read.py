"""Every screen in every size and language: nothing is cut off, nothing scrolls, all may read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.browser.chromium import Chromium, Page
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, SMALL, Screen, screen
from tests.browser.tour import DEPOSIT, TOUR, Stop, staged

HERE = Path(__file__).parent

SIZES = pytest.mark.parametrize(
    "size", [PORTRAIT, LANDSCAPE, SMALL, PHONE], ids=["portrait", "landscape", "small", "phone"]
)
LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])

LAYOUT = (HERE / "layout.js").read_text()
AXE = """
axe.run(document, {
  resultTypes: ['violations'],
  rules: { 'color-contrast-enhanced': { enabled: %s } },
}).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
  `${id} (${impact}): ${nodes.map(({ target }) => target).join(', ')}`))
"""


async def _in(language: str, shown: Screen) -> None:
    """Choose a language as people do."""
    await shown.page.until_screen("guest")
    if language != "id":
        await shown.page.tap("#language")
    await shown.page.until(f"document.documentElement.lang === '{language}'")


async def _go(stop: Stop, shown: Screen) -> None:
    stop.reach(shown.machine)
    if stop.screen == "guest":
        await shown.page.evaluate("document.querySelector('[data-verb=dismiss]')?.click()")
    await shown.page.until_screen(stop.screen)


async def violations(page: Page, axe: Path, *, enhanced: bool = True) -> list[str]:
    """Return what axe-core finds wrong on the page as it stands."""
    await page.evaluate(await trio.Path(axe).read_text() + "; true")
    found: list[str] = await page.evaluate(AXE % json.dumps(enhanced))
    return found


@SIZES
@LANGUAGES
async def test_nothing_is_cut_off_and_nothing_scrolls(
    chromium: Chromium, size: tuple[int, int], language: str
) -> None:
    found: dict[str, Any] = {}
    async with screen(chromium, staged(), size=size) as shown:
        await _in(language, shown)
        for stop in TOUR:
            await _go(stop, shown)
            if wrong := await shown.page.evaluate(LAYOUT):
                found[stop.screen] = wrong
        assert (found, shown.page.complaints) == ({}, [])


@pytest.mark.parametrize(("language", "size"), [("id", PORTRAIT), ("en", PHONE)])
async def test_everybody_can_read_and_use_it(
    chromium: Chromium, node_modules: Path, language: str, size: tuple[int, int]
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    found: dict[str, list[str]] = {}
    async with screen(chromium, staged(), size=size) as shown:
        await _in(language, shown)
        for stop in TOUR:
            await _go(stop, shown)
            if stop.screen not in found:
                found[stop.screen] = await violations(shown.page, axe)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_the_headline_stays_where_it_is_from_step_to_step(chromium: Chromium) -> None:
    tops: dict[str, float] = {}
    top = "Math.round(document.querySelector('#headline').getBoundingClientRect().top)"
    async with screen(chromium, staged()) as shown:
        for stop in TOUR:
            await _go(stop, shown)
            tops[stop.screen] = await shown.page.evaluate(top)
    assert len(set(tops.values())) == 1, tops


async def test_who_wants_no_motion_gets_none(chromium: Chromium) -> None:
    running = "document.getAnimations().filter((one) => one.playState === 'running').length"
    machine = staged()
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT[:3]:
            stop.reach(machine)
            await shown.page.until_screen(stop.screen)
            if stop.screen != "insert":
                await shown.page.until(f"{running} > 0")
                await _prefer(shown.page, "reduce")
                await shown.page.until(f"{running} === 0")
                await _prefer(shown.page, "no-preference")


async def _prefer(page: Page, motion: str) -> None:
    feature = {"name": "prefers-reduced-motion", "value": motion}
    await page.call("Emulation.setEmulatedMedia", features=[feature])
