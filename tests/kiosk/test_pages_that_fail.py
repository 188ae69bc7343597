"""The server's page fails in every way it can: people see the local page, and then the other."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from tests.kiosk.stage import PATIENT_S, Stage, stage, until_logged

WHITE = "<!doctype html><title>white</title><div id='app'></div>"
HANGS = """<!doctype html><title>hangs</title><h1>soon</h1><script>
addEventListener("visibilitychange", () => fetch("/seen?at=hanging").then(() => { for (;;); }));
</script>"""
ALERTS = (
    "<!doctype html><title>alerts</title><h1>now</h1><script>"
    "alert('first'); fetch('/seen?at=after+the+alert');</script>"
)


def leads(where: str) -> str:
    return f"<!doctype html><title>leads</title><h1>on</h1><script>location = '{where}';</script>"


async def falls_back(play: Stage) -> None:
    """Go online, and see the local page stay."""
    play.keep()
    await play.machine.until_shown(1)
    play.go_online()
    await play.server.until_visited()


@pytest.mark.parametrize("status", [403, 500])
async def test_a_server_that_refuses_leaves_the_local_page_until_it_does_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    async with stage(tmp_path) as play:
        play.server.status = status
        await falls_back(play)
        await play.server.until_visited(2)
        assert play.server.seen == []
        play.server.status = 200
        await play.server.until_seen()
    assert f"it is answered with HTTP {status}" in caplog.text
    assert "ab%2F12" not in caplog.text


async def test_a_server_that_cannot_be_reached_leaves_the_local_page(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        play.machine.kiosk_url = "http://127.0.0.1:1/rvm-ui/7d3e?signature=secret"
        play.machine.step("link.up", ("operational.link.online", "operational.intake.idle"))
        await until_logged(caplog, "net::ERR_")
        assert await play.pages_that_listen() == 1
        assert "secret" not in caplog.text


async def test_a_white_page_of_the_servers_is_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path, load_s=3.0, answer_s=PATIENT_S) as play:
        play.server.next_pages.append(WHITE)
        await falls_back(play)
        await play.server.until_seen()
    assert play.machine.shown == 1
    assert "it shows nothing within 3 s" in caplog.text


async def test_a_page_of_the_servers_that_hangs_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "rvm_edge.kiosk")
    async with stage(tmp_path) as play:
        play.server.next_pages.append(HANGS)
        play.go_online()
        play.keep()
        await play.server.until_seen()
        caplog.clear()
        with play.back_in_time():
            await until_logged(caplog, "the screen shows the local page")
        await play.server.until_seen(2)
        assert play.server.seen == ["hanging", play.server.url]


async def test_an_alert_is_closed_for_whoever_left_and_is_no_hang(tmp_path: Path) -> None:
    async with stage(tmp_path, alert_s=3.0) as play:
        play.server.next_pages.append(ALERTS)
        play.go_online()
        play.keep()
        await play.server.until_seen()
        assert play.server.seen == ["after the alert"]
        assert len(play.server.targets) == 1


async def test_a_page_leads_nowhere_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        play.misbehave("leave", f"{play.server.origin}/elsewhere?with=secret")
        await until_logged(caplog, f"a page led to {play.server.origin}, and was held back")
        assert play.server.targets == []
        assert await play.pages_that_listen() == 1
    assert "secret" not in caplog.text


async def test_a_page_opens_no_window(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "rvm_edge.kiosk")
    async with stage(tmp_path, flags=["--disable-popup-blocking"]) as play:
        play.keep()
        await play.machine.until_shown(1)
        await until_logged(caplog, "a window that the keeper did not open is closed")
        caplog.clear()  # that was the one with which the browser began
        play.misbehave("open", f"{play.server.origin}/elsewhere")
        await until_logged(caplog, "a window that the keeper did not open is closed")
        while await play.pages_that_listen() != 1:
            await trio.sleep(0.01)


async def test_the_servers_page_may_not_lead_elsewhere_either(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.server.next_pages.append(leads("http://evil.example/"))
        play.go_online()
        play.keep()
        await until_logged(caplog, "a page led to http://evil.example, and was held back")
