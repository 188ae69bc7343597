"""The technician's panel tells what the machine remembers, and what a test of all parts finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from msgspec.structs import replace

from rvm_edge import __version__
from rvm_edge.bridges.local.condition import Advice, CheckName, Sight
from rvm_edge.bridges.local.view import Spoken
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.staged_records import CHECKED, failing
from tests.browser.chromium import Chromium, Page
from tests.browser.memory import FOUND, StagedDoctor, remembering
from tests.browser.screen import PORTRAIT, screen
from tests.browser.test_a_technician_at_the_screen import _disabled, _enter
from tests.browser.test_every_screen_can_be_read import SIZES
from tests.browser.tour import staged

TABS = ("state", "parts", "test", "queue", "pictures", "log", "machine")
WRONG = """
[...document.querySelectorAll('#panel, #panel *')].filter((one) => {
  const { left, right, width, height } = one.getBoundingClientRect();
  const outside = left < -1 || right > innerWidth + 1;
  const small = one.tagName === 'BUTTON' && Math.min(width, height) < 44;
  return width > 0 && (outside || small) && !one.closest('pre');
}).map((one) => one.outerHTML.slice(0, 80))
"""
"""What is cut off at the sides, and every button that is too small for a thumb."""


@asynccontextmanager
async def technician(
    chromium: Chromium, machine: StagedMachine, tab: str, size: tuple[int, int] = PORTRAIT
) -> AsyncIterator[Page]:
    """Open the panel of a machine in maintenance, at one of its tabs."""
    machine.configuration = at.MAINTENANCE
    async with screen(chromium, machine, size=size) as shown:
        await shown.page.until_screen("maintenance")
        await _enter(shown)
        await shown.page.tap(f"#tab-{tab}")
        yield shown.page


def shown(selector: str, count: int) -> str:
    """Return the condition that so many elements are there."""
    return f"document.querySelectorAll({selector!r}).length === {count}"


def upto(number: int) -> str:
    """Return the condition that the gallery shows pictures up to this one."""
    return f"document.querySelector('.leaf p').textContent.includes('–{number} ')"


async def test_what_waits_is_told_item_by_item_and_what_was_given_up_stands_out(
    chromium: Chromium,
) -> None:
    async with technician(chromium, remembering(), "queue") as page:
        await page.until(shown(".queue li", 5))
        first = await page.text(".queue li")
        assert first.split("\n")[:2] == ["gagal", "mineral"]
        assert "2 hari yang lalu · 12 kali dicoba" in first
        assert "422: the session is unknown to the server" in first
        assert "rvm-edge queue retry" in await page.text("#tab")
        assert (await page.text(".figures")).split()[0] == "5"


async def test_the_queue_follows_what_is_delivered(chromium: Chromium) -> None:
    machine = remembering()
    async with technician(chromium, machine, "queue") as page:
        await page.until(shown(".queue li", 5))
        machine.records.queued = machine.records.queued[2:]
        machine.telemetry.work = replace(machine.telemetry.work, waiting=3)
        await page.until(shown(".queue li", 3))


async def test_the_item_alone_takes_its_pictures_place_and_gives_it_back(
    chromium: Chromium,
) -> None:
    seen = (
        "[...document.querySelectorAll('.gallery figure:has(.cut) img')].slice(0, 2)"
        ".map((one) => one.getBoundingClientRect().width > 0)"
    )
    async with technician(chromium, remembering(), "pictures") as page:
        await page.until(shown(".gallery figure", 8))
        await page.until("[...document.images].every((one) => one.naturalWidth > 0)")
        assert (
            await page.evaluate("document.querySelector('.gallery figure:first-child .cut')")
            is None
        )
        assert await page.evaluate(seen) == [False, True]
        await page.tap(".gallery figcaption button")
        assert await page.evaluate(seen) == [True, False]
        alt = await page.evaluate("document.querySelector('.gallery .alone .cut img').alt")
        told = "Botol PET kosong diterima · mineral 91\u00a0%"
        assert alt == f"Yang dianggap barang oleh penilai kedua: {told}"
        assert await page.evaluate(WRONG) == []
        await page.tap(".gallery [aria-pressed=true]")
        assert await page.evaluate(seen) == [False, True]


async def test_the_gallery_leafs_through_everything_that_is_kept(chromium: Chromium) -> None:
    async with technician(chromium, remembering(), "pictures") as page:
        seen = []
        for number, count in ((8, 8), (16, 8), (19, 3)):
            await page.until(upto(number))
            await page.until(shown(".gallery figure", count))
            await page.until("[...document.images].every((one) => one.naturalWidth > 0)")
            seen.append(await page.evaluate("document.querySelector('.older').disabled"))
            if not seen[-1]:
                await page.tap(".older")
        assert seen == [False, False, True]
        for number in (16, 8):
            await page.tap(".newer")
            await page.until(upto(number))
        assert await page.evaluate("document.querySelector('.newer').disabled")


async def test_a_picture_is_shown_to_nobody_without_its_ticket(chromium: Chromium) -> None:
    async with technician(chromium, remembering(), "pictures") as page:
        await page.until(shown(".gallery figure", 8))
        source = "document.querySelector('.gallery img').src"
        with_it = await page.evaluate(f"fetch({source}).then((one) => one.status)")
        without = await page.evaluate(f"fetch({source}.split('?')[0]).then((one) => one.status)")
        assert (with_it, without) == (200, 403)


async def test_the_journal_is_followed_line_by_line(chromium: Chromium) -> None:
    machine = remembering()
    async with technician(chromium, machine, "log") as page:
        await page.until(shown(".log li", 2))
        assert "the door is open" in await page.text(".log [data-tone=stop]")
        for _ in range(3):
            machine.step("order.done", at.MAINTENANCE, {"action": "read_sensor"})
        await page.until(shown(".log li", 5))
        assert "#5" in await page.text(".log li")
        assert await page.text(".log li time") == "10:00:05", "the site's clock, not the browser's"


async def test_a_memory_that_cannot_be_read_is_told(chromium: Chromium) -> None:
    machine = remembering()
    machine.records.unreadable = "the ledger is locked"
    async with technician(chromium, machine, "queue") as page:
        await page.until("document.querySelector('#tab').textContent.includes('is locked')")


async def test_the_model_and_the_program_are_named_and_followed(chromium: Chromium) -> None:
    machine = remembering()
    async with technician(chromium, machine, "machine") as page:
        text = await page.text(".columns")
        assert __version__ in text
        assert all(word in text for word in ("bottles.onnx", "2026.11", "0f0f", "siap menilai"))
        machine.records.eyes = replace(
            machine.records.eyes, sight=Sight.RESTARTING, restarts=2, trouble="the worker is gone"
        )
        await page.until("document.querySelector('.model').dataset.tone === 'back'")
        text = await page.text(".model")
        assert all(word in text for word in ("dimulai ulang", "2 kali", "the worker is gone"))


async def test_a_self_test_is_followed_check_by_check(chromium: Chromium) -> None:
    machine, go_on = remembering(), [trio.Event()]

    async def pause() -> None:
        await go_on[0].wait()

    machine.pauses = pause
    async with technician(chromium, machine, "test") as page:
        async with page.finger_on("[data-verb=self_test]"):
            await page.until(shown(".checks li[data-state=pending]", len(CHECKED)))
        assert await page.evaluate(_disabled("self_test"))
        go_on[0].set()
        await page.until(shown(".checks li[data-state=passed]", len(CHECKED)))
        assert "Semua bagian baik." in await page.text(".sum")
        assert machine.done == ["self-test"]


async def test_what_failed_stands_first_and_says_what_to_do(chromium: Chromium) -> None:
    machine = remembering()
    machine.report = failing(CheckName.SLOT, "slot occupied", Advice.CLEAN_SENSOR)
    async with technician(chromium, machine, "test") as page:
        async with page.finger_on("[data-verb=self_test]"):
            await page.until(shown(".checks li[data-state=failed]", 1))
        row = await page.text(".checks [data-check=slot]")
        assert "slot occupied" in row
        assert "bersihkan sensornya" in row
        await page.until("document.querySelector('.sum').textContent.startsWith('1 bagian')")
        tops = "[...document.querySelectorAll('.checks li')].map((one) => one.offsetTop)"
        failed = "document.querySelector('.checks [data-state=failed]').offsetTop"
        assert await page.evaluate(f"Math.min(...{tops}) === {failed}")


async def test_what_the_doctor_finds_is_told_beside_the_parts_and_looked_at_again(
    chromium: Chromium,
) -> None:
    machine, doctor = remembering(), StagedDoctor()
    machine.doctor = doctor
    async with technician(chromium, machine, "test") as page:
        await page.until(shown(".computer li", len(FOUND)))
        worst = await page.text(".computer li")
        assert "masalah" in worst
        assert all(said in worst for said in (FOUND[0].what, FOUND[0].why, FOUND[0].todo))
        assert "2 temuan" in await page.text(".computer .sum")
        assert await page.evaluate(WRONG) == []
        doctor.found = FOUND[-1:]
        await page.tap(".computer button")
        await page.until(shown(".computer li", 1))
        assert "Komputer baik." in await page.text(".computer .sum")
    assert (doctor.looks, machine.done) == (2, [])


async def test_a_machine_without_a_doctor_says_so(chromium: Chromium) -> None:
    machine = remembering()
    machine.doctor = None
    async with technician(chromium, machine, "test") as page:
        await page.until("document.querySelector('.computer .sum').textContent.includes('siapa')")


async def test_the_self_test_waits_for_maintenance_and_says_so(chromium: Chromium) -> None:
    async with screen(chromium, remembering()) as opened:
        page = opened.page
        await page.until_screen("guest")
        await _enter(opened)
        await page.tap("#tab-test")
        assert await page.evaluate(_disabled("self_test"))
        async with page.finger_on("#panel [data-verb=enter_maintenance]"):
            await page.until(f"!{_disabled('self_test')}")


async def test_a_refused_self_test_says_why(chromium: Chromium) -> None:
    machine = remembering()
    machine.refuses = "a self-test goes on already"
    said = "document.querySelector('.trouble').textContent.includes('already')"
    async with (
        technician(chromium, machine, "test") as page,
        page.finger_on("[data-verb=self_test]"),
    ):
        await page.until(said)


@SIZES
async def test_no_tab_is_wider_than_the_screen(chromium: Chromium, size: tuple[int, int]) -> None:
    wrong: dict[str, list[str]] = {}
    async with technician(chromium, remembering(), "state", size) as page:
        for tab in TABS:
            await page.tap(f"#tab-{tab}")
            await page.until("document.querySelector('#tab').textContent !== ''")
            if found := await page.evaluate(WRONG):
                wrong[tab] = found
    assert wrong == {}


async def test_what_the_motor_controller_speaks_is_told_in_both_languages(
    chromium: Chromium,
) -> None:
    said = "[...document.querySelectorAll('#tab dd')].some((one) => one.textContent.includes(%r))"
    async with technician(chromium, remembering(), "state") as page:
        await page.until(said % "ASCII")
    words = "Promise.all(['id', 'en'].map((one) => import(`/technician/words_${one}.js`)))"
    keys = ".then((all) => all.map((one) => Object.keys((one.id ?? one.en).speaks)))"
    async with screen(chromium, staged()) as opened:
        named = await opened.page.evaluate(words + keys)
    assert [set(one) for one in named] == [{one.value for one in Spoken}] * 2


async def test_every_advice_has_its_words_in_both_languages(chromium: Chromium) -> None:
    words = "Promise.all(['id', 'en'].map((one) => import(`/technician/words_${one}.js`)))"
    keys = ".then((all) => all.map((one) => Object.keys((one.id ?? one.en).test.%s)))"
    async with screen(chromium, staged()) as opened:
        for part, members in (("advice", Advice), ("check", CheckName)):
            named = await opened.page.evaluate(words + keys % part)
            expected = {one.value for one in members if one.value}
            assert [set(one) for one in named] == [expected, expected]
