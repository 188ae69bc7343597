"""What people see, in a real browser: the right page, and never a dead one."""

from __future__ import annotations

from pathlib import Path

import trio

from tests.kiosk.stage import BACK_S, stage


async def test_the_local_page_is_shown_with_the_token_and_the_servers_byte_for_byte(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_seen(1)  # which took the token: it may acknowledge
        play.go_online()
        await play.server.until_seen()
        assert play.server.targets == ["/rvm-ui/7d3e?signature=ab%2F12&expires="]
        assert play.server.seen == [play.server.url]
        with trio.fail_after(BACK_S):
            play.go_offline()
            await play.machine.until_seen(2)


async def test_a_browser_that_is_killed_is_replaced(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_seen(1)
        with trio.fail_after(BACK_S):
            play.kill()
            await play.machine.until_seen(2)


async def test_a_page_that_crashes_is_replaced(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_seen(1)
        with trio.fail_after(BACK_S):
            play.kill("renderer")
            await play.machine.until_seen(2)


async def test_a_page_that_hangs_is_replaced(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_seen(1)
        with trio.fail_after(BACK_S):
            play.misbehave("hang")
            await play.machine.until_seen(2)
