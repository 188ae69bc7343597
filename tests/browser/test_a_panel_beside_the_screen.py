"""The simulator's panel: beside the screen and never over it, for all, and at no real machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rvm_edge.bridges.local.simulation import Condition, Incident, Thing
from tests.browser.chromium import Chromium
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, screen
from tests.browser.test_every_screen_can_be_read import LAYOUT, violations
from tests.browser.tour import staged
from tests.browser.whole_machine import LAPTOP, whole_machine

SIZES = (LAPTOP, PORTRAIT, LANDSCAPE, PHONE)
COVERED = """
(() => {
  const boxOf = (one) => document.querySelector(one).getBoundingClientRect();
  const panel = boxOf("#beside");
  const over = ({ left, right, top, bottom }) =>
    Math.min(right, panel.right) - Math.max(left, panel.left) > 1 &&
    Math.min(bottom, panel.bottom) - Math.max(top, panel.top) > 1;
  return ["#top", "#stage", "#bottom"].filter((one) => over(boxOf(one)));
})()
"""
DRAWN = (
    "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))"
)
LABELS = (
    "[...document.querySelectorAll('#beside [data-key]')]"
    ".map((one) => [one.dataset.key, one.textContent])"
)


async def test_it_covers_nothing_and_everybody_can_use_it(
    chromium: Chromium, tmp_path: Path, node_modules: Path
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    found: dict[tuple[tuple[int, int], str, str], Any] = {}
    async with whole_machine(chromium, tmp_path, online=False) as whole:
        page = whole.page
        await page.until_screen("guest")
        for language in ("id", "en"):
            await whole.speak(language)
            for size in SIZES:
                await page.resize(*size)
                await page.evaluate(DRAWN)
                found[size, language, "covered"] = await page.evaluate(COVERED)
                found[size, language, "axe"] = await violations(page, axe)
                await page.tap("#beside [data-key=close]")
                assert await page.evaluate("document.activeElement.id") == "simulator"
                found[size, language, "layout beside nothing"] = await page.evaluate(LAYOUT)
                await page.tap("#simulator")
            await page.resize(*LAPTOP)
            await page.evaluate(DRAWN)
            found[LAPTOP, language, "layout beside it"] = await page.evaluate(LAYOUT)
        assert page.complaints == []
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


async def test_it_has_a_word_for_whatever_the_world_offers(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with whole_machine(chromium, tmp_path) as whole:
        for language in ("id", "en"):
            await whole.speak(language)
            await whole.page.until("document.querySelector('#beside .pad') !== null")
            labels = dict(await whole.page.evaluate(LABELS))
            assert "undefined" not in labels.values()
            keys = {one.value for kind in (Thing, Condition, Incident) for one in kind}
            assert labels.keys() == {*keys, "close"} - {Condition.VISITORS_COME.value}


async def test_a_closed_slot_is_told_and_what_is_given_back_can_be_taken(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with whole_machine(chromium, tmp_path, online=False) as whole:
        page = whole.page
        said = "document.querySelector('#beside .outcome').textContent"
        await page.until_screen("guest")
        taken = f"#beside [data-key={Incident.TAKE_BACK.value}]"
        assert await page.evaluate(f"document.querySelector('{taken}').ariaDisabled") == "true"
        await page.tap("#actions .main")
        await page.until_screen("insert")
        await whole.put_in(Thing.GLASS)
        await page.until(f"{said} === 'Dimasukkan: Kaca'")
        await page.until_screen("returned")
        await whole.happen(Incident.TAKE_BACK)
        await page.until(f"{said} === 'Selesai'")
        assert not whole.machine.world.something_to_collect


async def test_what_others_do_to_the_world_shows_as_well(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with whole_machine(chromium, tmp_path, online=False) as whole:
        await whole.page.until_screen("guest")
        whole.machine.world.open_door()
        await whole.page.until(
            "document.querySelector('[data-key=door_open]').ariaPressed === 'true'"
        )


async def test_a_real_machine_has_none_and_loads_none(chromium: Chromium) -> None:
    async with screen(chromium, staged(), size=LAPTOP) as shown:
        await shown.page.until_screen("guest")
        assert await shown.page.evaluate("document.querySelector('#simulator')") is None
        assert await shown.page.evaluate("document.querySelector('#beside').hidden")
        loaded = await shown.page.evaluate(
            "performance.getEntriesByType('resource').map(({ name }) => name).join()"
        )
        assert "main.js" in loaded
        assert "simulator/" not in loaded
