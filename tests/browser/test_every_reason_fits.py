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
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, screen
from tests.browser.tour import FILLED, REJECT, staged

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
REFUSALS = [reason for reason in Reason if reason is not Reason.EMPTY_PET]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "size", [PORTRAIT, LANDSCAPE, PHONE], ids=["portrait", "landscape", "phone"]
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
