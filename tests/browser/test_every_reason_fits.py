"""Every reason that the eyes can give finds room beside the picture, with what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rvm_edge.item import Reason
from rvm_edge.wording import wording_of
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import SESSION
from tests.browser.chromium import Chromium
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, SMALL, screen
from tests.browser.tour import FILLED, REJECT, staged

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
SAY = """
Promise.all(["stage", "sheet", "words/id"].map((name) => import(`/${name}.js`)))
  .then(([{ Stage }, { sheet }, { id: words }]) => {
    const actions = [{ verb: "finish", label: "Selesai", main: true }];
    const said = { headline: "Botol berisi cairan", advice: "Kosongkan botol. ".repeat(%d) };
    new Stage(async () => {}).show(sheet({ name: "returned", actions, ...said }), words);
  })
"""
SIZE = "parseFloat(getComputedStyle(document.querySelector('#headline')).fontSize)"
REFUSALS = [reason for reason in Reason if reason is not Reason.EMPTY_PET]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "size", [PORTRAIT, LANDSCAPE, SMALL, PHONE], ids=["portrait", "landscape", "small", "phone"]
)
async def test_on_every_screen(chromium: Chromium, size: tuple[int, int], language: str) -> None:
    machine = staged()
    wrong: dict[str, Any] = {}
    async with screen(chromium, machine, size=size) as shown:
        page = shown.page
        await page.until_screen("guest")
        if language == "en":
            await page.tap("#language")
            await page.until("document.documentElement.lang === 'en'")
        machine.step("session.requested", at.WAITING, {"session_id": SESSION, "mode": "guest"})
        for reason in REFUSALS:
            verdict = replace(machine.seen[FILLED].verdict, reason=reason)
            machine.seen[FILLED] = replace(machine.seen[FILLED], verdict=verdict)
            about = {"client_uuid": FILLED, "reason": reason.value}
            machine.step("item.inserted", at.CAPTURE, {"client_uuid": FILLED})
            machine.step("pictures.taken", at.CLASSIFY, {"client_uuid": FILLED, "frames": 3})
            machine.step("verdict", REJECT, {**about, "accepted": False})
            await page.until_screen("returning")
            machine.step("item.returned", at.WAITING, {**about, "machine_failed": False})
            await page.until_screen("returned")
            wording = wording_of(reason)
            phrase = wording.indonesian if language == "id" else wording.english
            assert await page.text("#headline") == phrase.happened
            assert await page.text("#advice") == phrase.advice
            if found := await page.evaluate(LAYOUT):
                wrong[reason.value] = found
    assert wrong == {}


@pytest.mark.parametrize("size", [PORTRAIT, SMALL], ids=["portrait", "small"])
async def test_words_that_find_no_room_are_made_smaller(
    chromium: Chromium, size: tuple[int, int]
) -> None:
    async with screen(chromium, staged(), size=size) as shown:
        page = shown.page
        await page.until_screen("guest")
        sizes = []
        for length in (2, 9, 2):
            await page.evaluate(SAY % length)
            assert await page.evaluate(LAYOUT) == []
            sizes.append(await page.evaluate(SIZE))
        usual, small, again = sizes
        assert small < usual == again
