"""A whole donation by taps alone, with the server away, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bridges.local import staged_machine as at
from tests.browser.chromium import Chromium
from tests.browser.screen import screen
from tests.browser.tour import DEPOSIT, staged

MAIN = "#actions .main"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "id",
            {
                "guest": "Internet terputus, jadi login belum bisa. Donasi Anda tetap tercatat.",
                "insert": "Masukkan satu botol",
                "taken": "Botol PET kosong diterima",
                "returned": "Botol berisi cairan",
                "advice": "Kosongkan botol, lalu masukkan lagi.",
                "thanks": "Terima kasih!",
                "counts": "1\nditerima 1\ndikembalikan",
            },
        ),
        (
            "en",
            {
                "guest": "The internet is down, so log-in is off."
                " Your donation counts all the same.",
                "insert": "Put one bottle in",
                "taken": "Empty PET bottle accepted",
                "returned": "The bottle is not empty",
                "advice": "Empty the bottle, then put it in again.",
                "thanks": "Thank you!",
                "counts": "1\naccepted 1\nhanded back",
            },
        ),
    ],
)
async def test_by_taps_alone(chromium: Chromium, language: str, said: dict[str, str]) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        page = shown.page
        await page.until_screen("guest")
        if language == "en":
            await page.tap("#language")
            await page.until("document.documentElement.lang === 'en'")
        assert await page.text("#advice") == said["guest"]
        await page.tap(MAIN)
        await page.until_screen("insert")
        assert machine.done == ["start guest"]
        assert await page.text("#headline") == said["insert"]
        for stop in DEPOSIT[1:-1]:
            stop.reach(machine)
            await page.until_screen(stop.screen)
            if stop.screen in ("taken", "returned"):
                assert await page.text("#headline") == said[stop.screen]
        assert await page.text("#advice") == said["advice"]
        await page.tap(MAIN)
        await page.until_screen("thanks")
        assert machine.done == ["start guest", "end"]
        assert await page.text("#headline") == said["thanks"]
        counts = (await page.text("#counts")).split()
        assert counts == said["counts"].split()
        machine.step("mechanism.clear", at.IDLE, {"bin_full": False})
        await page.tap("#actions [data-verb=dismiss]")
        await page.until_screen("guest")
        assert page.complaints == []


async def test_the_thanks_end_by_themselves(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    machine = staged()
    async with screen(chromium, machine, patience=patience(farewellMs=300)) as shown:
        await shown.page.until_screen("guest")
        await shown.page.record("seen", "#stage", "data-screen")
        for stop in DEPOSIT:
            stop.reach(machine)
        machine.step("mechanism.clear", at.IDLE, {"bin_full": False})
        await shown.page.until("window.seen.slice(-2).join() === 'thanks,guest'")


async def test_whoever_changes_their_mind_gets_no_thanks(chromium: Chromium) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        await shown.page.tap(MAIN)
        await shown.page.tap("#actions [data-verb=cancel]")
        await shown.page.until_screen("tidying")
        assert machine.done == ["start guest", "end"]


async def test_a_keyboard_does_as_well(chromium: Chromium) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        page = shown.page
        await page.until_screen("guest")
        await page.press("Tab")
        await page.press("Enter")
        await page.until_screen("insert")
        assert machine.done == ["start guest"]
        # The focus has moved on with the screen, to what can be done here.
        assert await page.evaluate("document.activeElement.dataset.verb") == "cancel"


async def test_two_taps_ask_once(chromium: Chromium) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        await shown.page.evaluate(
            f"for (const _ of [1, 2]) document.querySelector('{MAIN}').click()"
        )
        await shown.page.until_screen("insert")
        assert machine.done == ["start guest"]


async def test_a_refusal_is_told_and_people_may_try_again(chromium: Chromium) -> None:
    machine = staged()
    machine.refuses = "the chamber is not empty"
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        await shown.page.tap(MAIN)
        await shown.page.until("document.querySelector('#hint').textContent !== ''")
        assert await shown.page.text("#hint") == "Belum bisa sekarang. Coba lagi."
        machine.refuses = ""
        await shown.page.tap(MAIN)
        await shown.page.until_screen("insert")


async def test_the_box_lies_where_the_eyes_saw_the_bottle(chromium: Chromium) -> None:
    machine = staged()
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT[:9]:
            stop.reach(machine)
        await shown.page.until_screen("returned")
        shares = await shown.page.evaluate(
            "(() => { const box = document.querySelector('.box .over').getBoundingClientRect();"
            "const image = document.querySelector('.photograph img').getBoundingClientRect();"
            "return [(box.left - image.left) / image.width, (box.top - image.top) / image.height,"
            "(box.right - image.left) / image.width, (box.bottom - image.top) / image.height]; })()"
        )
        assert shares == pytest.approx([40 / 416, 0, 402 / 416, 242 / 320], abs=0.02)
        image = "document.querySelector('.photograph img')"
        ratio = f"{image}.clientWidth / {image}.clientHeight"
        assert await shown.page.evaluate(ratio) == pytest.approx(416 / 320, rel=0.01)


async def test_without_a_picture_a_drawing_takes_its_place(chromium: Chromium) -> None:
    machine = staged()
    machine.pictures.clear()
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT[:5]:
            stop.reach(machine)
        await shown.page.until_screen("taken")
        await shown.page.until("document.querySelector('#exhibit .art') !== null")
        assert await shown.page.text("#headline") == "Botol PET kosong diterima"
