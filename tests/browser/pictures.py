"""Takes the pictures for the documentation: ``python -m tests.browser.pictures``."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import trio
from PIL import Image

from rvm_edge.bridges.local.condition import Advice, CheckName
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing
from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.settings import CloudSettings
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_records import failing
from tests.browser.chromium import Chromium, Page, started
from tests.browser.day_zero import PHONE, day_zero
from tests.browser.memory import remembering
from tests.browser.screen import LANDSCAPE, PIN, PORTRAIT, ROOT, Screen, screen
from tests.browser.tour import DEPOSIT, SAMPLES, TOUR, staged
from tests.browser.whole_machine import QUICK, SURE, whole_machine

IMAGES: Final = ROOT / "docs" / "images"
COLOURS: Final = 160
MOST_BYTES: Final = 60_000
GAP: Final = 8
GROUND: Final = (255, 255, 255)
JUDGED: Final = ("syn_00409", "syn_00004", "syn_01212", "syn_00016")
"""Samples: an empty bottle, a filled one, a carton, and no container at all."""

UNCAPPED: Final = msgspec.structs.replace(QUICK, cloud=CloudSettings())


def main() -> None:
    """Take all pictures."""
    _judged()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as chromium:
        trio.run(_donation, chromium)
        trio.run(_states, chromium)
        trio.run(_landscape, chromium)
        trio.run(_technician, chromium)
        trio.run(_demo, chromium)
        trio.run(_set_up, chromium)


def _judged() -> None:
    samples = [str(SAMPLES / f"{name}.jpg") for name in JUDGED]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "rvm_edge", "classify", *samples, "--out", folder],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        taken = [Image.open(Path(folder, f"{name}.judged.jpg")).convert("RGB") for name in JUDGED]
    small = [_narrowed(one, 440) for one in taken]
    top, below = _beside(small[:2]), _beside(small[2:])
    sheet = Image.new("RGB", (top.width, top.height + GAP + below.height), GROUND)
    sheet.paste(top, (0, 0))
    sheet.paste(below, (0, top.height + GAP))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=80, optimize=True)  # photographs want more than 160 colours
    _keep("judged.jpg", buffer.getvalue(), most=2 * MOST_BYTES)


async def _donation(chromium: Chromium) -> None:
    names = ("insert", "deciding", "taken", "returned", "thanks")
    taken: list[Image.Image] = []
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        taken.append(await _take(shown, 220))
        for stop in DEPOSIT:
            stop.reach(shown.machine)
            await shown.page.until_screen(stop.screen)
            if stop.screen in names and not (stop.screen == "deciding" and len(taken) > 2):
                taken.append(await _take(shown, 220))
    _write("kiosk-donation", taken)


async def _states(chromium: Chromium) -> None:
    names = ("setup", "blocked", "full", "capped", "door", "fault")
    taken: dict[str, Image.Image] = {}
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        for stop in TOUR:
            stop.reach(shown.machine)
            if stop.screen in names:
                await shown.page.until_screen(stop.screen)
                taken[stop.screen] = await _take(shown, 220)
    _write("kiosk-states", [taken[name] for name in names])


async def _landscape(chromium: Chromium) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with whole_machine(
            chromium,
            Path(folder),
            eyes=EyesKind.WORKER,
            online=False,
            specimens=SURE,
            size=LANDSCAPE,
            panel=False,
        ) as whole:
            page = whole.page
            await page.until_screen("guest")
            await whole.speak("en")
            taken = [await _picture(page, 560)]
            await page.tap("#actions .main")
            await whole.world.insert(Thing.EMPTY_PET)
            await page.until_screen("taken")
            await whole.world.insert(Thing.FILLED_PET)
            await page.until_screen("returned")
            taken.append(await _picture(page, 560))
            await whole.world.happen(Incident.TAKE_BACK)
    _write("kiosk-landscape", taken)


async def _demo(chromium: Chromium) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with whole_machine(
            chromium, Path(folder), eyes=EyesKind.WORKER, settings=UNCAPPED
        ) as whole:
            page = whole.page
            await page.until_screen("welcome")
            await whole.speak("en")
            await whole.let(Condition.INTERNET_CUT, hold=True)
            await page.tap("#actions .main")
            await page.until_screen("insert")
            await whole.put_in(Thing.CAN)
            await page.until_screen("returned")
            await page.until("document.querySelector('[data-key=take_back][aria-disabled=false]')")
            taken = await _picture(page, 900)
            await whole.happen(Incident.TAKE_BACK)
            await page.until("document.querySelector('[data-key=take_back][aria-disabled=true]')")
    _write("demo-page", [taken])


async def _set_up(chromium: Chromium) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with day_zero(chromium, Path(folder)) as technician:
            phone, kiosk = technician.phone, technician.kiosk
            await technician.open_page()
            await kiosk.tap("#language")
            await kiosk.until("document.documentElement.lang === 'en'")
            _write("set-up-screen", [await _picture(kiosk, 360)])
            if await phone.evaluate("document.documentElement.lang") != "en":
                await phone.tap("#language")
            taken = [await _picture(phone, 185)]
            await technician.type_code()
            taken.append(await _picture(phone, 185))
            await technician.choose_file(technician.exported)
            await phone.tap("form .main")
            await technician.until_step("site")
            await technician.write("#server", "https://rvm.example.org")
            taken.append(await _picture(phone, 185))
            await phone.evaluate("document.querySelector('#server').value = ''")
            await technician.write("#server", technician.server.identity.server_url)
            await phone.tap("form .main")
            await technician.until_step("bin")
            await phone.tap("#is-empty")
            await phone.until("document.querySelector('#bin-empty').innerText === '50 cm'")
            taken.append(await _picture(phone, 185))
            await phone.tap("form .main")
            await technician.until_step("check")
            await phone.until("document.querySelectorAll('#sensors dd').length === 6")
            await phone.tap("#photo")
            await phone.until("document.querySelector('img.chamber').naturalWidth > 0")
            await phone.evaluate("window.scrollTo(0, 0)")
            width, height = PHONE
            await phone.resize(width, await phone.evaluate("document.documentElement.scrollHeight"))
            taken.append(await _picture(phone, 185))  # to its end, which no phone shows at once
            await phone.resize(width, height)
            await phone.tap("form .main")
            await technician.until_step("done")
            taken.append(await _picture(phone, 185))
            _write("set-up-phone", taken)


async def _technician(chromium: Chromium) -> None:
    machine = remembering()
    machine.report = failing(CheckName.SLOT, "slot occupied", Advice.CLEAN_SENSOR)
    async with screen(chromium, machine, size=PORTRAIT) as shown:
        page = shown.page
        await page.until_screen("guest")
        await page.tap("#language")
        await page.until("document.documentElement.lang === 'en'")
        for stop in DEPOSIT:
            stop.reach(machine)
        machine.step("maintenance.enter", at.MAINTENANCE)
        await page.until_screen("maintenance")
        await page.tap("#technician")
        for digit in PIN:
            await page.tap(f".keys button:nth-child({11 if digit == '0' else digit})")
        await page.tap(".keys .go")
        await page.until("document.querySelectorAll('.state').length > 20")
        taken = [await _take(shown, 400)]
        await page.tap("#tab-test")
        async with page.finger_on("[data-verb=self_test]"):
            await page.until("document.querySelectorAll('.checks [data-state=failed]').length > 0")
        await page.until("document.querySelector('.sum').textContent.includes('Last test')")
        taken.append(await _take(shown, 400))
        _write("kiosk-technician", taken)
        looked_up = []
        for tab, filled in (
            ("queue", ".queue li"),
            ("pictures", ".gallery img"),
            ("log", ".log li"),
        ):
            await page.tap(f"#tab-{tab}")
            await page.until(f"document.querySelector('{filled}') !== null")
            await page.until("[...document.images].every((one) => one.complete)")
            looked_up.append(await _take(shown, 270))
        _write("kiosk-technician-memory", looked_up)


async def _take(shown: Screen, width: int) -> Image.Image:
    """Return what a screen shows, this wide."""
    return await _picture(shown.page, width)


async def _picture(page: Page, width: int) -> Image.Image:
    """Return what a page shows, this wide."""
    buffer = io.BytesIO(await page.screenshot())
    return _narrowed(Image.open(buffer).convert("RGB"), width)


def _narrowed(picture: Image.Image, width: int) -> Image.Image:
    height = round(picture.height * width / picture.width)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _write(name: str, pictures: Sequence[Image.Image]) -> None:
    """Write screens side by side."""
    buffer = io.BytesIO()
    _beside(pictures).quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        buffer, "PNG", optimize=True
    )
    _keep(f"{name}.png", buffer.getvalue(), most=MOST_BYTES)


def _beside(pictures: Sequence[Image.Image]) -> Image.Image:
    width = sum(one.width for one in pictures) + GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(one.height for one in pictures)), GROUND)
    left = 0
    for one in pictures:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    return sheet


def _keep(name: str, content: bytes, most: int) -> None:
    if len(content) > most:
        raise SystemExit(f"{name} would have {len(content)} bytes")
    (IMAGES / name).write_bytes(content)


if __name__ == "__main__":
    main()
