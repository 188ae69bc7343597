"""The machine itself dies, as a real process does: the screen stays, and works again after it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from rvm_edge.kiosk.keeper.keeper import keep_screen
from rvm_edge.settings.kiosk import KioskSettings
from tests.kiosk.real_machine import real_machine
from tests.kiosk.stage import LONG_S, browser_script, until_logged

SHOWN = "the screen shows the local page"
KEEPER_AND_PAGE = 2


async def test_the_screen_belongs_to_the_machine_that_comes_after_a_killed_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "rvm_edge.kiosk")
    data = tmp_path / "data"
    data.mkdir()
    with trio.fail_after(LONG_S):
        async with trio.open_nursery() as nursery:
            async with real_machine(data) as machine:
                settings = KioskSettings(
                    browser=(str(browser_script(tmp_path)),),
                    port=machine.port,
                    token_file=str(data / "screen-token"),
                )
                nursery.start_soon(keep_screen, settings, tmp_path / "profile")
                await machine.until_listened_to(by=KEEPER_AND_PAGE)
                await until_logged(caplog, SHOWN)
                caplog.clear()
            await until_logged(caplog, "nobody listens: the machine does not run")
            async with real_machine(data, settings.port) as machine:
                await until_logged(caplog, SHOWN)  # anew: with the token of this start
                await machine.until_listened_to(by=KEEPER_AND_PAGE)
                assert "people can watch, not act" not in caplog.text
            nursery.cancel_scope.cancel()
    assert "the browser" not in caplog.text
