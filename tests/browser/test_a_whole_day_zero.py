"""From a machine that does not know who it is to its first bottle, at a phone and its screen."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from rvm_edge.bridges.local.simulation import Condition
from rvm_edge.display import setting_up
from rvm_edge.provisioning.credentials import read_credentials
from states import paths
from tests.browser.chromium import Chromium, Page
from tests.browser.day_zero import day_zero


@pytest.fixture(autouse=True)
def _local_time() -> Iterator[None]:
    """Give the tests that follow their own time zone back: a site's is the whole process's."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


async def test_from_no_credentials_to_the_first_bottle(chromium: Chromium, tmp_path: Path) -> None:
    async with day_zero(chromium, tmp_path, disk_used=950) as technician:
        phone, kiosk = technician.phone, technician.kiosk
        await kiosk.until_screen("setup")
        await technician.open_page()
        assert "SHA-256" in await kiosk.text("#code small")
        await technician.type_code()
        await technician.choose_file(technician.exported)
        await phone.tap("form .main")
        await technician.until_step("site")
        await technician.write("#server", technician.server.identity.server_url)
        await phone.evaluate("document.querySelector('#zone').value = 'Asia/Makassar'")
        await phone.evaluate("document.querySelector('#tongue').value = 'en'")
        await phone.tap("form .main")
        await technician.until_step("clean")
        await phone.tap("#free")
        await phone.until("document.querySelector('#cleaned dd') !== null")
        assert "85 %" in await phone.text("#cleaned p")
        await phone.tap("form .main")
        await technician.until_step("bin")
        await phone.tap("#is-empty")
        await phone.until("document.querySelector('#bin-empty').innerText === '50 cm'")
        await technician.write("#bin-cm", "12.5")
        await phone.tap("#bin-typed")
        await phone.until("document.querySelector('#bin-full').innerText === '12.5 cm'")
        await phone.tap("form .main")
        await technician.until_step("check")
        await phone.until("document.querySelectorAll('#sensors dd').length === 6")
        await phone.tap("#photo")
        await phone.until("document.querySelector('img.chamber').naturalWidth > 0")
        await hold_motors_and_lamp(phone)
        await phone.tap("#look")
        await phone.until("document.querySelectorAll('ul.looks li').length > 10")
        await phone.tap("#rest summary")
        assert "Disk" in await phone.text("#rest")
        assert not technician.here.credentials_path.exists()
        await phone.tap("form .main")
        await technician.until_step("done")
        assert phone.complaints == []

        path = technician.here.credentials_path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_credentials(path).identity.hardware_id == "RVM-202601-001"
        site = json.loads(technician.here.site_path.read_text())
        assert site == {
            "time_zone": "Asia/Makassar",
            "language": "en",
            "bin": {"empty_cm": 50.0, "full_cm": 12.5},
        }

        await technician.first_bottle()
        await kiosk.until("document.documentElement.lang === 'en'")
        assert time.tzname[0] == "WITA"
        assert kiosk.complaints == []
        assert paths.PROVISIONING not in technician.daemon.runtime.configuration
        await technician.world.change(Condition.BIN_FULL, holds=True)  # 95 %, as the bin is built
        assert await technician.daemon.machine.hardware.bin.level_pct() == 100


async def test_a_wrong_file_and_a_wrong_code_are_explained_and_nothing_is_kept(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        phone = technician.phone
        await technician.open_page()
        await phone.tap("#language")  # to Indonesian or to English, whatever it was not
        await technician.write("#code", "00000000")
        await phone.tap("form .main")
        await phone.until("document.querySelector('.trouble') !== null")
        await phone.evaluate("document.querySelector('#code').value = ''")
        await technician.type_code()
        configuration = tmp_path / "config.json"
        configuration.write_text('{"rvm_edge_config": {"device_id": "x", "api_key": ""}}')
        await technician.choose_file(configuration)
        await phone.tap("form .main")
        await phone.until("document.querySelector('.trouble') !== null")
        assert "API key missing" in await phone.text(".trouble small")
        assert not technician.here.credentials_path.exists()
        assert paths.PROVISIONING in technician.daemon.runtime.configuration


async def test_the_page_is_gone_once_credentials_come_another_way(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        await technician.open_page()
        port = int((await technician.kiosk.text("#code span")).rstrip("/").rpartition(":")[2])
        exported = json.loads(technician.exported.read_text())
        exported["server_url"] = technician.server.identity.server_url
        path = technician.here.credentials_path
        path.touch(mode=0o600)
        path.write_text(json.dumps(exported))
        await technician.kiosk.until_screen("welcome")
        while True:  # closed within moments of the chart's own step
            try:
                stream = await trio.open_tcp_stream("127.0.0.1", port)
            except OSError:
                break
            await stream.aclose()


async def test_a_stick_is_taken_where_it_is_good_and_explained_where_it_is_not(
    chromium: Chromium, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with day_zero(chromium, tmp_path) as technician:
        await technician.kiosk.until_screen("setup")
        stick = tmp_path / "stick"
        stick.mkdir()
        technician.exported.rename(stick / technician.exported.name)
        await technician.sticks.send(stick)
        await technician.kiosk.until("document.querySelector('#code small') !== null")
        told = "document.querySelector('#code small').innerText.includes('rvm-site.json')"
        await technician.kiosk.until(told)
        assert not technician.here.credentials_path.exists()
        site = {"server_url": technician.server.identity.server_url}
        (stick / "rvm-site.json").write_text(json.dumps(site))
        await technician.sticks.send(stick)
        await technician.first_bottle()
        assert (stick / technician.exported.name).exists()  # nothing is written to a stick
        assert "erase it" in caplog.text


async def test_a_stick_that_comes_before_the_network_is_tried_again(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_up, "RETRY_S", 0.2)
    async with day_zero(chromium, tmp_path) as technician:
        stick = tmp_path / "stick"
        stick.mkdir()
        technician.exported.rename(stick / technician.exported.name)
        site = {"server_url": technician.server.identity.server_url}
        (stick / "rvm-site.json").write_text(json.dumps(site))
        technician.server.internet.cut()
        await technician.kiosk.until_screen("setup")
        await technician.sticks.send(stick)
        told = "document.querySelector('#code small')?.innerText.includes('127.0.0.1')"
        await technician.kiosk.until(told)
        technician.server.internet.mend()
        await technician.kiosk.until_screen("welcome")


async def hold_motors_and_lamp(phone: Page) -> None:
    """Hold each button until its part has done what it should, and let go of the lamp's."""
    for part in ("gate_open", "gate_shut"):
        async with phone.finger_on(f"#hold-{part}"):
            await phone.until(told("It moved as it should.", "Gerakannya benar."))
        await phone.until("document.querySelector('.held') === null")
        await phone.evaluate("document.querySelector('#moved').textContent = ''")
    async with phone.finger_on("#hold-lamp"):
        await phone.until(told("The lamp is lit …", "Lampu menyala …"))
    await phone.until(told("The lamp is dark again.", "Lampu padam lagi."))


def told(english: str, indonesian: str) -> str:
    own = "document.querySelector('#moved').innerText"
    return f"{own} === '{english}' || {own} === '{indonesian}'"
