"""What happens to a technician in the middle: a way back, a second phone, a lost network, a nap."""

from __future__ import annotations

from pathlib import Path

from tests.browser.chromium import Chromium, Page
from tests.browser.day_zero import Technician, day_zero

SENSORS = "document.querySelectorAll('#sensors dd').length === 6"
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


async def go_to_site(technician: Technician) -> None:
    await technician.open_page()
    await technician.type_code()
    await technician.choose_file(technician.exported)
    await technician.phone.tap("form .main")
    await technician.until_step("site")


async def go_to_check(technician: Technician, server: str) -> None:
    await go_to_site(technician)
    await technician.write("#server", server)
    await technician.phone.tap("form .main")
    await technician.until_step("bin")
    await technician.phone.tap("form .main")
    await technician.until_step("check")


async def speak(phone: Page, language: str) -> None:
    if await phone.evaluate("document.documentElement.lang") != language:
        await phone.tap("#language")


async def test_a_wrong_address_is_mended_by_going_back(chromium: Chromium, tmp_path: Path) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await go_to_check(technician, "http://127.0.0.1:9")
        await phone.tap("form .main")
        await phone.until("document.querySelector('.trouble') !== null")
        await phone.tap("#back")
        await technician.until_step("bin")
        await phone.evaluate("history.back()")  # the phone's own way back
        await technician.until_step("site")
        assert await phone.evaluate("document.querySelector('#server').value") == (
            "http://127.0.0.1:9"
        )
        await phone.evaluate("document.querySelector('#server').value = ''")
        await technician.write("#server", technician.server.identity.server_url)
        for step in ("bin", "check", "done"):
            await phone.tap("form .main")
            await technician.until_step(step)
        await phone.evaluate("history.back()")
        await phone.until("document.querySelector('#back').hidden")
        await technician.until_step("done")


async def test_the_credentials_are_still_there_for_who_goes_back_to_them(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await go_to_site(technician)
        await phone.tap("#back")
        await technician.until_step("file")
        assert technician.server.identity.hardware_id in await phone.text("#step dl")
        await phone.tap("form .main")
        await technician.until_step("site")


async def test_another_language_and_an_error_leave_what_was_typed(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await go_to_site(technician)
        await speak(phone, "en")
        await technician.write("#server", "rvm.example.org")
        await phone.evaluate("document.querySelector('#zone').value = 'Asia/Jayapura'")
        await phone.tap("form .main")
        await phone.until("document.querySelector('.trouble') !== null")
        await phone.tap("#language")
        assert "alamat server" in await phone.text(".trouble")
        assert await phone.evaluate("document.querySelector('#server').value") == "rvm.example.org"
        assert await phone.evaluate("document.querySelector('#zone').value") == "Asia/Jayapura"
        await phone.goto(await technician.kiosk.text("#code span"))
        await technician.until_step("site")
        assert await phone.evaluate("document.documentElement.lang") == "id"


async def test_who_brings_nothing_is_told_to_bring_it(chromium: Chromium, tmp_path: Path) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        await technician.open_page()
        await speak(technician.phone, "en")
        await technician.type_code()
        await technician.phone.tap("form .main")
        await technician.phone.until("document.querySelector('.trouble') !== null")
        assert "Bring the credentials first" in await technician.phone.text(".trouble")


async def test_a_second_phone_takes_over_and_the_first_is_asked_for_the_code(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        first = technician.phone
        await go_to_check(technician, technician.server.identity.server_url)
        await first.until(SENSORS)
        async with technician.kiosk.beside() as second:
            technician.phone = second
            await technician.open_page()
            await technician.type_code()
            technician.phone = first
            await technician.until_step("code")
            assert await first.evaluate("document.querySelector('#code') !== null")
            assert await first.text(".trouble")


async def test_a_network_that_comes_back_is_not_complained_of_any_more(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await go_to_check(technician, technician.server.identity.server_url)
        await speak(phone, "en")
        await phone.until(SENSORS)
        await phone.call("Network.enable")
        await phone.call("Network.emulateNetworkConditions", **OFFLINE)
        complains = "document.querySelector('#step').innerText.includes('does not answer')"
        await phone.until(complains)
        await phone.tap("form .main")
        await phone.until("document.querySelector('.trouble') !== null")
        assert "Look at the machine's screen" in await phone.text(".trouble")
        await phone.call("Network.emulateNetworkConditions", **{**OFFLINE, "offline": False})
        await phone.until("document.querySelector('#unread').innerText === ''")
        await phone.tap("form .main")
        await technician.until_step("done")


async def test_a_page_that_nobody_looks_at_keeps_no_session_alive(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await technician.open_page()
        await phone.evaluate(
            "Object.defineProperty(document, 'hidden', { get: () => window.away });"
            "window.away = true; window.waits = 0; const wait = window.setTimeout;"
            "window.setTimeout = (what, ms) => {"
            "  window.waits += ms === 1000; return wait(what, ms); };"
        )
        await technician.type_code()
        await technician.choose_file(technician.exported)
        await phone.tap("form .main")
        await technician.until_step("site")
        await technician.write("#server", technician.server.identity.server_url)
        for step in ("bin", "check"):
            await phone.tap("form .main")
            await technician.until_step(step)
        await phone.until("window.waits > 1")
        assert await phone.evaluate("document.querySelectorAll('#sensors dd').length") == 0
        await phone.evaluate("window.away = false")
        await phone.until(SENSORS)


async def test_what_is_wrong_with_the_machine_stands_first_and_in_words(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await go_to_check(technician, technician.server.identity.server_url)
        await speak(phone, "en")
        await phone.tap("#look")
        await phone.until("document.querySelector('#looked').innerText !== ''")
        every = "[...document.querySelectorAll('ul.looks > li')].map((one) => one.className)"
        shown = await phone.evaluate(every)
        order = ["failure", "warning", "note", "fine"]
        assert shown == sorted(shown, key=order.index)
        assert "warning" in shown  # the test's own folder is open to others
        assert (await phone.text("ul.looks > li.warning")).startswith("Warning")
        assert not await phone.evaluate("document.querySelector('#rest').open")
        await phone.tap("#rest summary")
        assert "Disk" in await phone.text("#rest")
