"""The set-up screen and the set-up page: nothing is cut off, all may read it, its types hold."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from drivers.esp32.ports import Esp32Sorter
from rvm_edge.bridges.local.view import SetUp
from rvm_edge.provisioning.problems import Problem
from rvm_edge.provisioning.wizard.app import PAGE
from tests.browser.chromium import Chromium
from tests.browser.day_zero import day_zero
from tests.browser.screen import LANDSCAPE, PHONE, PORTRAIT, screen
from tests.browser.test_every_screen_can_be_read import LAYOUT, violations
from tests.browser.test_the_page_is_its_own import STRICT
from tests.browser.tour import TOUR, staged
from tests.node_packages import run_node

OFFER = SetUp(
    "https://192.168.101.140:8443/", ":".join(["A7"] * 32), "06103084", "2026-11-28T03:15:00.000Z"
)
WIDTHS = (320, 390, 768)
"""Of a small phone, of most, and of a tablet."""

WIDE = "document.documentElement.scrollWidth <= innerWidth"
SMALL = (
    "[...document.querySelectorAll('button, input, select')]"
    ".filter((one) => one.offsetHeight && one.offsetHeight < 40).length"
)


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE, PHONE])
@pytest.mark.parametrize("stick", ["", "rvm-credentials.json names no server: put rvm-site.json"])
async def test_the_screen_has_room_for_all_of_it(
    chromium: Chromium, size: tuple[int, int], stick: str
) -> None:
    machine = staged()
    async with screen(chromium, machine, size=size) as shown:
        await shown.page.until_screen("guest")
        machine.set_up = SetUp(
            OFFER.address, OFFER.fingerprint, OFFER.code, OFFER.expires_at, stick
        )
        TOUR[0].reach(machine)
        await shown.page.until("document.querySelector('#code strong')?.innerText === '0610 3084'")
        small = await shown.page.text("#code small")
        assert (stick or "A7:") in small
        assert await shown.page.evaluate(LAYOUT) == []


async def test_every_step_fits_a_phone_and_can_be_read_by_all(
    chromium: Chromium, tmp_path: Path, node_modules: Path
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    async with day_zero(chromium, tmp_path, disk_used=950) as technician:
        phone = technician.phone
        await technician.open_page()
        await phone.call("Page.setBypassCSP", enabled=True)
        await phone.goto(await technician.kiosk.text("#code span"))
        found: dict[str, list[str]] = {}

        async def look(step: str) -> None:
            await technician.until_step(step)
            for language in ("id", "en"):
                if await phone.evaluate("document.documentElement.lang") != language:
                    await phone.tap("#language")
                for width in WIDTHS:
                    await phone.resize(width, PHONE[1])
                    assert await phone.evaluate(WIDE), (step, language, width)
                    assert await phone.evaluate(SMALL) == 0, (step, language, width)
            for scheme in ("light", "dark"):
                named = {"name": "prefers-color-scheme", "value": scheme}
                await phone.call("Emulation.setEmulatedMedia", features=[named])
                found[f"{step}, {scheme}"] = await violations(phone, axe, enhanced=False)

        await look("code")
        await technician.type_code()
        await look("file")
        await technician.choose_file(technician.exported)
        await phone.tap("form .main")
        await look("site")
        await technician.write("#server", technician.server.identity.server_url)
        await phone.tap("form .main")
        await technician.until_step("clean")
        await phone.tap("#free")
        await phone.until("document.querySelector('#cleaned dd') !== null")
        await look("clean")
        await phone.tap("form .main")
        await technician.until_step("bin")
        await phone.tap("#is-empty")
        await phone.until("document.querySelector('#bin-empty').innerText === '50 cm'")
        await look("bin")
        await phone.tap("form .main")
        await technician.until_step("check")
        await phone.until("document.querySelectorAll('#sensors dd').length === 6")
        await look("check")
        await phone.tap("#look")
        await phone.until("document.querySelector('#rest') !== null")
        await phone.tap("#rest summary")
        found["looked"] = await violations(phone, axe, enhanced=False)
        assert {step: wrong for step, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("rests", [True, False])
async def test_a_sorter_that_cannot_be_moved_has_words_in_place_of_a_button(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, rests: bool
) -> None:
    monkeypatch.setattr(Esp32Sorter, "rests_by_itself", property(lambda _: rests))
    said = "document.querySelector('#no-sorter')?.textContent.includes(%r)"
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await technician.open_page()
        await technician.type_code()
        await technician.choose_file(technician.exported)
        await phone.tap("form .main")
        await technician.write("#server", technician.server.identity.server_url)
        await phone.tap("form .main")
        await technician.until_step("bin")
        await phone.tap("form .main")
        await technician.until_step("check")
        assert await phone.evaluate("document.querySelector('#hold-gate_open') !== null")
        assert await phone.evaluate("document.querySelector('#hold-sorter') === null") is rests
        if not rests:
            assert await phone.evaluate("document.querySelector('#no-sorter') === null")
            return
        for word in ("Penyortir tidak punya tombol", "The sorter has no button"):
            if not await phone.evaluate(said % word):
                await phone.tap("#language")
            await phone.until(said % word)


def test_the_types_in_the_comments_hold(node_modules: Path, tmp_path: Path) -> None:
    folder = tmp_path / "page"
    shutil.copytree(PAGE, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(node_modules)
    settings = {"compilerOptions": STRICT, "files": ["wizard.js"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    said = run_node(folder, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json")
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize("words", ["words_id.js", "words_en.js"])
def test_there_are_words_for_everything_that_can_be_wrong(words: str) -> None:
    text = (PAGE / words).read_text()
    assert [one.value for one in Problem if f"    {one.value}:" not in text] == []


def test_the_page_needs_nothing_from_elsewhere_and_writes_no_markup() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b")
    named = re.compile(r"https?://(?!rvm\.example\.org|www\.w3\.org/2000/svg)[a-z]")
    for path in PAGE.iterdir():
        text = path.read_text()
        assert not forbidden.search(text), path
        assert not named.search(text), path
    assert sum(path.stat().st_size for path in PAGE.iterdir()) < 45_000
