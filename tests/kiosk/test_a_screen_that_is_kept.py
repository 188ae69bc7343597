"""What people see, in a real browser: the right page, and never a dead one."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from rvm_edge.kiosk import PAGE
from tests.bridges.local import staged_machine as at
from tests.kiosk.stage import PATIENT_S, stage, until_logged


async def test_the_local_page_gets_the_token_and_the_servers_address_is_kept_byte_for_byte(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)  # which took the token: it may acknowledge
        play.go_online()
        await play.server.until_seen()
        assert play.server.targets == ["/rvm-ui/7d3e?signature=ab%2F12&expires="]
        assert play.server.seen == [play.server.url]
        with play.back_in_time():
            play.go_offline()
            await play.machine.until_shown(2)
        assert await play.pages_that_listen() == 1


async def test_a_browser_that_is_killed_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        with play.back_in_time():
            play.kill()
            await play.machine.until_shown(2)
        assert len(play.processes()) == 1
        assert await play.pages_that_listen() == 1
    assert "the browser was killed by SIGKILL" in caplog.text


async def test_a_page_that_crashes_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path, answer_s=PATIENT_S) as play:
        play.keep()
        await play.machine.until_shown(1)
        browser = play.processes()
        with play.back_in_time():
            play.kill("renderer")
            await play.machine.until_shown(2)
        assert play.processes() == browser
        assert await play.pages_that_listen() == 1
    assert "the local page is replaced: it has crashed" in caplog.text


async def test_a_page_that_hangs_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        browser = play.processes()
        with play.back_in_time():
            play.misbehave("hang")
            await play.machine.until_shown(2)
        assert play.processes() == browser
    assert "the local page is replaced: it has not answered" in caplog.text


async def test_a_page_that_turns_white_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        with play.back_in_time():
            play.misbehave("white")
            await play.machine.until_shown(2)
    assert "the local page is replaced: it is white" in caplog.text


async def test_a_lost_graphics_process_costs_the_page_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "rvm_edge.kiosk")
    async with stage(tmp_path, answer_s=PATIENT_S) as play:
        play.keep()
        await play.machine.until_shown(1)
        browser = play.processes()
        await until_logged(caplog, "graphics are drawn by")
        with play.back_in_time():
            play.kill("gpu-process")
            await play.machine.until_shown(2)
        assert play.processes() == browser
    assert "the browser has lost its graphics process" in caplog.text


async def test_a_machine_that_is_restarted_gives_the_page_its_new_token(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        await play.stop_bridge()
        await play.start_bridge(token="another token")  # noqa: S106 - of a test
        with play.back_in_time():
            await play.machine.until_shown(2)


async def test_a_machine_that_is_gone_takes_the_servers_page_from_the_screen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "rvm_edge.kiosk")
    async with stage(tmp_path) as play:
        play.go_online()
        play.keep()
        await play.server.until_seen()
        await play.stop_bridge()
        with play.back_in_time():
            await until_logged(caplog, "the keeper's own page")
            await play.start_bridge()
            await play.server.until_seen(2)


async def test_a_deposit_is_not_interrupted_by_the_servers_page(tmp_path: Path) -> None:
    async with stage(tmp_path, linger_s=0) as play:
        play.machine.configuration = at.WAITING
        play.keep()
        await play.machine.until_shown(1)
        play.machine.kiosk_url = play.server.url
        play.machine.step("link.up", (at.ONLINE, f"{at.INTAKE}.deposit.waiting"))
        await play.machine.until_heard_of_link()
        assert play.server.targets == []
        play.machine.step("session.finished", at.IDLE_ONLINE)
        await play.server.until_seen()


async def test_the_screen_may_begin_before_the_machine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "rvm_edge.kiosk")
    async with stage(tmp_path) as play:
        await play.stop_bridge()
        play.keep()
        await until_logged(caplog, "the keeper's own page")
        await play.start_bridge()
        with play.back_in_time():
            await play.machine.until_shown(1)


async def test_the_machines_real_page_stays_on_the_screen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "rvm_edge.kiosk")
    async with stage(tmp_path, answer_s=PATIENT_S) as play:
        await play.stop_bridge()
        await play.start_bridge(pages=PAGE)
        play.keep()
        await until_logged(caplog, "the screen shows the local page")
        await until_logged(caplog, "graphics are drawn by")  # it was looked at more than once
        while await play.pages_that_listen() != 1:
            await trio.sleep(0.01)
        assert "is replaced" not in caplog.text
