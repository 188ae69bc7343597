"""The page in front of people: what it costs to load, and what a day of deposits leaves in it.

The floor of loading is an empty page from the same bridge to the same browser in the same run: it
pays for the connection, the navigation and the first frame, as ours does. The floor of memory is
the page itself after its first deposits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import trio

from tests.bench.result import BenchResult
from tests.bridges.local import staged_machine as at
from tests.browser.chromium import Chromium, Page, started
from tests.browser.screen import TOKEN, Screen, screen
from tests.browser.tour import DEPOSIT, staged

WARM_UP = 25
"""Deposits after which caches are filled."""

DAY_S = 600.0
"""So long a simulated day takes at most."""

_EMPTY = "empty.html"
_MARKUP = '<!doctype html><title>empty</title><main id="stage" data-screen="guest">empty</main>'
_WATCH = """
new MutationObserver((_, observer) => {
  if (document.querySelector("#stage[data-screen=guest]") === null) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.shownAt = performance.now(); }));
}).observe(document, { attributes: true, childList: true, subtree: true });
"""
"""Notes when the screen that people begin at has been drawn, in milliseconds of the navigation."""

_BYTES = (
    "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
    ".reduce((sum, { transferSize }) => sum + transferSize, 0)"
)


@dataclass
class Loads:
    """What loading one page cost, each time with an empty cache.

    Attributes:
        ms: until its first screen was drawn.
        kb: over HTTP, headers and all.
    """

    ms: list[float] = field(default_factory=list)
    kb: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Held:
    """What a page holds once what nobody needs is gone.

    Attributes:
        heap_kb: of JavaScript.
        nodes: of the document.
    """

    heap_kb: float
    nodes: float


def run(loads: int = 15, deposits: int = 900) -> BenchResult:
    """Measure; takes some two minutes."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as chromium:
        empty, ours = trio.run(_load_in_turn, chromium, loads)
        before, after = trio.run(_serve_a_day, chromium, deposits)
    return BenchResult(
        name="page",
        figures={
            "first_screen_ms_p50": median(ours.ms),
            "first_screen_ms_max": max(ours.ms),
            "empty_page_ms_p50": median(empty.ms),
            "page_kb": median(ours.kb),
            "empty_page_kb": median(empty.kb),
            "heap_kb_before_the_day": before.heap_kb,
            "heap_kb_after_the_day": after.heap_kb,
            "nodes_before_the_day": before.nodes,
            "nodes_after_the_day": after.nodes,
        },
        ratios={
            "first_screen_over_empty_page": median(ours.ms) / median(empty.ms),
            "heap_after_over_before": after.heap_kb / before.heap_kb,
            "nodes_after_over_before": after.nodes / before.nodes,
        },
        notes=(
            f"medians of {loads} loads of each in turn, in a headless Chromium with an empty cache",
            f"a day is {deposits} deposits of two items, as fast as the page takes them, after",
            f"{WARM_UP} to warm up; rubbish is collected before the page is measured",
        ),
    )


async def _load_in_turn(chromium: Chromium, loads: int) -> Sequence[Loads]:
    empty, ours = Loads(), Loads()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / _EMPTY).write_text(_MARKUP)
        async with screen(chromium, staged(), patience=Path(folder), opened=False) as shown:
            await _load(shown, _EMPTY, Loads())  # the browser's own first page is nobody's
            for _ in range(loads):
                await _load(shown, _EMPTY, empty)
                await _load(shown, f"#token={TOKEN}", ours)
    return empty, ours


async def _load(shown: Screen, path: str, into: Loads) -> None:
    async with shown.page.beside() as page:
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
        await page.goto(shown.address + path)
        await page.until("window.shownAt > 0")
        into.ms.append(await page.evaluate("window.shownAt"))
        into.kb.append(await page.evaluate(_BYTES) / 1e3)


async def _serve_a_day(chromium: Chromium, deposits: int) -> Sequence[Held]:
    held: list[Held] = []
    async with screen(chromium, staged(), within_s=DAY_S) as shown:
        await shown.page.until_screen("guest")
        await shown.page.call("Performance.enable")
        for count in (WARM_UP, deposits):
            for _ in range(count):
                await _serve_one(shown)
            held.append(await _held(shown.page))
    return held


async def _serve_one(shown: Screen) -> None:
    """Serve one person, as fast as the page takes it."""
    for stop in DEPOSIT:
        stop.reach(shown.machine)
    await shown.page.until_screen("thanks")
    shown.machine.step("mechanism.clear", at.IDLE, {"bin_full": False})
    await shown.page.evaluate("document.querySelector('[data-verb=dismiss]').click()")
    await shown.page.until_screen("guest")


async def _held(page: Page) -> Held:
    await page.call("HeapProfiler.collectGarbage")
    metrics = (await page.call("Performance.getMetrics"))["metrics"]
    found = {one["name"]: one["value"] for one in metrics}
    return Held(found["JSHeapUsedSize"] / 1e3, found["Nodes"])
