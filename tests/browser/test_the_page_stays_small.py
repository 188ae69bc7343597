"""What the page costs: to load, and after many people."""

from __future__ import annotations

from tests.bridges.local import staged_machine as at
from tests.browser.chromium import Chromium, Page
from tests.browser.screen import screen
from tests.browser.tour import DEPOSIT, staged

FIRST_LOAD_BYTES = 160_000
WARM_UP = 25
DEPOSITS = 50
GROWTH_BYTES = 150_000


async def _held(page: Page) -> dict[str, float]:
    """Return what the page holds, once what nobody needs is gone."""
    await page.call("HeapProfiler.collectGarbage")
    metrics = (await page.call("Performance.getMetrics"))["metrics"]
    return {one["name"]: one["value"] for one in metrics}


async def test_the_first_screen_needs_few_bytes_and_one_host(chromium: Chromium) -> None:
    loaded = (
        "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
        ".map(({ name, transferSize }) => [name, transferSize])"
    )
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        files: list[tuple[str, int]] = await shown.page.evaluate(loaded)
        assert [name for name, _ in files if not name.startswith(shown.address)] == []
        assert 50_000 < sum(size for _, size in files) < FIRST_LOAD_BYTES


async def test_many_deposits_leave_nothing_behind(chromium: Chromium) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        page = shown.page
        await page.until_screen("guest")
        await page.call("Performance.enable")
        held = []
        for deposits in (WARM_UP, DEPOSITS):
            for _ in range(deposits):
                for stop in DEPOSIT:
                    stop.reach(machine)
                    await page.until_screen(stop.screen)
                machine.step("mechanism.clear", at.IDLE, {"bin_full": False})
                await page.evaluate("document.querySelector('[data-verb=dismiss]').click()")
                await page.until_screen("guest")
            held.append(await _held(page))
        before, after = held
        assert after["Nodes"] <= before["Nodes"] * 1.1
        assert after["JSEventListeners"] <= before["JSEventListeners"] * 1.1
        assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + GROWTH_BYTES
