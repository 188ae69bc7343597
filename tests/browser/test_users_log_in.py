"""Who has an account scans the code on the screen, and is greeted by name."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from rvm_edge.bridges.local.view import Login
from rvm_edge.uplink.reverb import MOST_NAME
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import SESSION
from tests.browser.chromium import Chromium, Page
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, screen
from tests.browser.tour import BOTTLE, staged

HERE = Path(__file__).parent
LAYOUT = (HERE / "layout.js").read_text()
CODE = f"myrvm://session/{'4f1c0d9e' * 8}?m=7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e"
OFFER = Login(CODE, "2026-11-28T03:20:00.000+00:00")
NO_CODE = "document.querySelector('#exhibit .qr') === null"
A_CODE = "document.querySelector('#exhibit .qr') !== null"
SIZES = pytest.mark.parametrize(
    "size", [PORTRAIT, LANDSCAPE, PHONE], ids=["portrait", "landscape", "phone"]
)
READ = """
(async () => {
  const bytes = Uint8Array.from(atob(%s), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  return jsQR(canvas.getImageData(0, 0, width, height).data, width, height)?.data;
})()
"""


async def scanned(page: Page, node_modules: Path) -> str | None:
    """Return what a phone reads when it is held before the screen."""
    reader = (node_modules / "jsqr" / "dist" / "jsQR.js").read_text()
    await page.evaluate(f"{reader}; true")
    photograph = json.dumps(base64.b64encode(await page.screenshot()).decode())
    read: str | None = await page.evaluate(READ % photograph)
    return read


@SIZES
async def test_a_phone_reads_the_code_of_this_session_off_the_screen(
    chromium: Chromium, node_modules: Path, size: tuple[int, int]
) -> None:
    machine = staged()
    machine.configuration, machine.login = at.IDLE_ONLINE, OFFER
    async with screen(chromium, machine, size=size) as shown:
        await shown.page.until_screen("welcome")
        await shown.page.until(A_CODE)
        assert await scanned(shown.page, node_modules) == CODE
        assert await shown.page.text("#advice") == "Punya akun? Pindai dengan aplikasi MyRVM."
        assert await shown.page.text("#actions .main") == "Mulai donasi"
        assert await shown.page.evaluate(LAYOUT) == []
        assert shown.page.complaints == []


async def test_where_nobody_could_be_let_in_no_code_pretends_otherwise(
    chromium: Chromium,
) -> None:
    machine = staged()
    machine.configuration = at.IDLE_ONLINE
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("welcome")
        assert await shown.page.evaluate(NO_CODE)
        assert await shown.page.text("#advice") == "Donasikan tanpa akun, langsung di sini."
        machine.login = OFFER
        await shown.page.until(A_CODE)
        machine.login = None
        await shown.page.until(NO_CODE)


async def test_a_machine_that_loses_its_server_takes_the_code_away_at_once(
    chromium: Chromium,
) -> None:
    machine = staged()
    machine.configuration, machine.login = at.IDLE_ONLINE, OFFER
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("welcome")
        await shown.page.until(A_CODE)
        machine.step("link.lost", at.IDLE)  # and the code is still in the snapshot
        await shown.page.until_screen("guest")
        assert await shown.page.evaluate(NO_CODE)


@SIZES
@pytest.mark.parametrize("name", ["Sari", "W" * MOST_NAME, "<b>Sri</b>"])
async def test_a_user_is_greeted_by_name_and_the_name_goes_with_the_session(
    chromium: Chromium, size: tuple[int, int], name: str
) -> None:
    machine = staged()
    machine.configuration, machine.users[SESSION] = at.IDLE_ONLINE, name
    waiting = (at.ONLINE, f"{at.INTAKE}.deposit.waiting")
    async with screen(chromium, machine, size=size) as shown:
        page = shown.page
        await page.until_screen("welcome")
        machine.step("session.requested", waiting, {"session_id": SESSION, "mode": "user"})
        await page.until_screen("insert")
        assert (await page.text("#advice")).startswith(f"Halo, {name}! ")
        assert await page.evaluate(LAYOUT) == []
        machine.step("item.inserted", at.CAPTURE, {"client_uuid": BOTTLE})
        machine.step("item.dropped", waiting, {"client_uuid": BOTTLE})
        machine.step("session.finished", at.CLEARING)
        await page.until_screen("thanks")
        assert name not in await page.evaluate("document.documentElement.outerHTML")
        assert page.complaints == []
