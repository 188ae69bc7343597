"""The technician's panel: behind the PIN, and no further than the machine's state lets it go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import trio

from rvm_edge.bridges.local.condition import Advice, CheckName
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_records import failing
from tests.browser.chromium import Chromium
from tests.browser.memory import remembering
from tests.browser.screen import LANDSCAPE, PIN, Screen, screen
from tests.browser.test_every_screen_can_be_read import violations
from tests.browser.tour import DEPOSIT, TOUR, staged

TABS = ("state", "parts", "test", "queue", "pictures", "log", "machine")
FULL = {
    "queue": "document.querySelectorAll('.queue li').length === 5",
    "pictures": "document.querySelectorAll('.gallery figure').length === 8",
    "log": "document.querySelectorAll('.log li').length > 10",
}
"""When a tab shows what it has looked up."""

OPENED = "document.querySelector('#tab').textContent !== ''"
ENTERED = "document.querySelector('#tab') !== null"
DONE = "document.querySelector('.outcome').textContent.includes('fine')"


async def _type(shown: Screen, pin: str) -> None:
    for digit in pin:
        await shown.page.tap(f".keys button:nth-child({11 if digit == '0' else digit})")
    await shown.page.tap(".keys .go")


async def _enter(shown: Screen) -> None:
    await shown.page.tap("#technician")
    await _type(shown, PIN)
    await shown.page.until(ENTERED)


def _disabled(verb: str) -> str:
    return f"document.querySelector('#panel [data-verb={verb}]').disabled"


async def test_a_wrong_pin_shows_nothing_and_the_right_one_all(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await shown.page.tap("#technician")
        await _type(shown, "1111")
        await shown.page.until("document.querySelector('.trouble').textContent !== ''")
        assert await shown.page.text(".trouble") == "PIN salah."
        assert "1111" not in await shown.page.evaluate("document.documentElement.outerHTML")
        await _type(shown, PIN)
        await shown.page.until(ENTERED)


async def test_the_panel_opens_and_closes_by_keyboard_alone(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        page = shown.page
        await page.until_screen("guest")
        await page.evaluate("document.querySelector('#technician').focus()")
        await page.press("Enter")
        await page.until("document.activeElement.classList.contains('pin')")
        for digit in PIN:
            await page.call("Input.dispatchKeyEvent", type="keyDown", key=digit, text=digit)
            await page.call("Input.dispatchKeyEvent", type="keyUp", key=digit)
        await page.evaluate("document.querySelector('.keys .go').focus()")
        await page.press("Enter")
        await page.until(ENTERED)
        await page.press("Escape")
        await page.until("document.querySelector('#panel') === null")
        assert await page.evaluate("document.activeElement.id") == "technician"


async def test_what_moves_has_to_be_held(chromium: Chromium) -> None:
    machine = staged()
    machine.configuration = at.MAINTENANCE
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("maintenance")
        await _enter(shown)
        await shown.page.tap("#tab-parts")
        await shown.page.tap("[data-verb=test_motor]")
        async with shown.page.finger_on("[data-verb=test_light]"):
            await shown.page.until(DONE)
        assert machine.done == ["test_light"]


async def test_nothing_can_be_moved_where_the_state_forbids_it(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await _enter(shown)
        await shown.page.tap("#tab-parts")
        assert await shown.page.evaluate(_disabled("test_motor"))
        assert not await shown.page.evaluate(_disabled("enter_maintenance"))
        async with shown.page.finger_on("[data-verb=enter_maintenance]"):
            await shown.page.until(f"!{_disabled('test_motor')}")
        assert shown.machine.done == ["enter maintenance"]
        DEPOSIT[0].reach(shown.machine)
        await shown.page.until(_disabled("test_motor"))


async def test_a_technician_looks_inside(chromium: Chromium) -> None:
    machine = staged()
    machine.configuration = at.MAINTENANCE
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("maintenance")
        await _enter(shown)
        await shown.page.tap("#tab-pictures")
        await shown.page.tap("[data-verb=look_inside]")
        await shown.page.until("document.querySelector('.inside img') !== null")
        path = await shown.page.evaluate(
            "new URL(document.querySelector('.inside img').src).pathname"
        )
        assert (path, machine.done) == ("/snapshot.jpg", ["look inside"])


async def test_the_machine_is_set_up_anew_against_a_code(
    chromium: Chromium, node_modules: Path
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    machine = staged()
    machine.configuration = at.MAINTENANCE
    async with screen(chromium, machine) as shown:
        page = shown.page
        await page.until_screen("maintenance")
        await _enter(shown)
        await page.tap("#tab-machine")
        await page.tap("[data-verb=begin_reset]")
        assert machine.done == []
        async with page.finger_on("[data-verb=begin_reset]"):
            await page.until("document.querySelector('.reset .code') !== null")
        code = at.RESET_CODE
        assert await page.text(".reset .code") == f"{code[:4]} {code[4:]}"
        assert "3 setoran menunggu dikirim" in await page.text(".reset .confirm")
        assert await violations(page, axe, enhanced=False) == []
        await _type_code(shown, "0" * 8)
        await page.until("document.querySelector('.reset .trouble').textContent !== ''")
        assert machine.done == ["begin reset"]
        await _type_code(shown, code)
        await page.until("document.querySelector('.reset .code') === null")
        assert machine.done == ["begin reset", "reset"]


async def test_the_machine_waits_for_other_credentials_against_the_same_code(
    chromium: Chromium,
) -> None:
    machine = staged()
    machine.configuration = at.MAINTENANCE
    async with screen(chromium, machine) as shown:
        page = shown.page
        await page.until_screen("maintenance")
        await _enter(shown)
        await page.tap("#tab-machine")
        async with page.finger_on("[data-verb=begin_reset]"):
            await page.until("document.querySelector('.reset .code') !== null")
        await _type_code(shown, at.RESET_CODE, ".reset .change")
        await page.until("document.querySelector('.reset .code') === null")
        assert machine.done == ["begin reset", "change credentials"]


async def _type_code(shown: Screen, code: str, then: str = "[data-verb=confirm_reset]") -> None:
    for digit in code:
        await shown.page.tap(f".reset .keys button:nth-child({11 if digit == '0' else digit})")
    await shown.page.tap(then)


async def test_the_chart_is_lit_where_the_machine_is(chromium: Chromium) -> None:
    lit = "[...document.querySelectorAll('.chart [aria-current]')].map((one) => one.dataset.state)"
    async with screen(chromium, staged(), size=LANDSCAPE) as shown:
        await shown.page.until_screen("guest")
        await _enter(shown)
        await shown.page.until("document.querySelectorAll('.state').length > 20")
        assert await shown.page.evaluate(lit) == [
            "operational",
            "operational.link",
            "operational.link.offline_guest",
            "operational.intake",
            "operational.intake.idle",
        ]
        shown.machine.step("fault.raised", at.FAULT)
        await shown.page.until(f"{lit}.join() === 'fault'")


async def test_an_alarm_is_seen_once_a_technician_says_so(chromium: Chromium) -> None:
    machine, asked = staged(), trio.Event()

    async def note() -> None:
        asked.set()

    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        TOUR[-1].reach(machine)
        await _enter(shown)
        assert "the sorter is jammed" in await shown.page.text(".alarms")
        machine.hesitates = note
        await shown.page.tap(".alarms button")
        await asked.wait()
        assert machine.done == ["acknowledge part.sorter"]


async def test_after_a_lost_connection_the_pin_is_asked_for_again(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await _enter(shown)
        await shown.stop_bridge()
        await shown.page.until("document.querySelector('#panel .pin') !== null")
        await shown.start_bridge()
        await shown.page.until_screen("guest")
        assert not await shown.page.evaluate(ENTERED)


async def test_a_technician_who_has_left_leaves_no_panel_behind(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    async with screen(chromium, staged(), patience=patience(panelMs=300)) as shown:
        await shown.page.until_screen("guest")
        await shown.page.evaluate(
            "window.panels = []; new MutationObserver(() => panels.push("
            "document.querySelector('#panel') !== null))"
            ".observe(document.body, { childList: true })"
        )
        await shown.page.tap("#technician")
        await shown.page.until("window.panels.join() === 'true,false'")


async def test_every_tab_can_be_read_by_everybody(chromium: Chromium, node_modules: Path) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    found: dict[str, list[str]] = {}
    machine = remembering()
    machine.report = failing(CheckName.SLOT, "slot occupied", Advice.CLEAN_SENSOR)
    async with screen(chromium, machine) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT:
            stop.reach(shown.machine)
        TOUR[-1].reach(shown.machine)
        await shown.page.until_screen("fault")
        await shown.page.tap("#technician")
        found["pin"] = await violations(shown.page, axe, enhanced=False)
        await _type(shown, PIN)
        await shown.page.until(ENTERED)
        for tab in TABS:
            await shown.page.tap(f"#tab-{tab}")
            await shown.page.until(FULL.get(tab, OPENED))
            found[tab] = await violations(shown.page, axe, enhanced=False)
        assert {name: wrong for name, wrong in found.items() if wrong} == {}
        assert shown.page.complaints == []
