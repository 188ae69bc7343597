"""The browser itself fails: each time there is a reason in the log, and a screen in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from rvm_edge.kiosk.keeper.policy import managed_policy
from rvm_edge.kiosk.keeper.profile import MARK
from rvm_edge.settings.kiosk import KioskSettings
from tests.kiosk.stage import stage, until_logged

NEVER_SHOWS = "<!doctype html><title>white</title><div id='app'></div>"
ONLY_ONCE = 'if mkdir "{folder}/failed" 2>/dev/null; then {how}; fi'


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("echo no display >&2; exit 3", "the browser ended with exit code 3; it said: no display"),
        (
            "echo Running as root without --no-sandbox is not supported >&2; exit 1",
            "; a browser does not run as root: start this as a user of its own",
        ),
        (
            "echo 'Missing X server or $DISPLAY' >&2; exit 1",
            "; there is no display: start this where DISPLAY names one",
        ),
        (r"printf 'nonsense\0' >&4; exec sleep 60", "the browser does not speak DevTools"),
    ],
)
async def test_a_browser_that_does_not_start_is_tried_again(
    how: str, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    once = ONLY_ONCE.format(folder=tmp_path, how=how)
    async with stage(tmp_path, browser=once) as play:
        play.keep()
        await until_logged(caplog, said)
        await play.machine.until_shown(1)


async def test_a_browser_that_starts_and_says_nothing_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    starts = tmp_path / "starts"
    silent = f'echo >>"{starts}"; exec sleep 60'
    async with stage(tmp_path, browser=silent, start_s=1.0) as play:
        play.keep()
        while not starts.exists() or len(starts.read_text()) < 2:
            await trio.sleep(0.01)
    assert "Target.getTargets: no answer within 1 s" in caplog.text


async def test_a_program_that_does_not_exist_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.settings = KioskSettings(browser=("no-such-browser",))
        play.keep()
        await until_logged(caplog, "no-such-browser cannot be run: No such file or directory")


async def test_a_browser_that_stands_still_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        stopped = play.processes()
        play.stop()
        await play.machine.until_shown(2)
        assert len(play.processes()) == 1
        assert not any(process.is_running() for process in stopped)
    assert "the browser has not answered within 2 s" in caplog.text


async def test_a_browser_that_stands_still_while_a_page_loads_is_replaced_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.keep()
        await play.machine.until_shown(1)
        play.server.next_pages.append(NEVER_SHOWS)
        play.go_online()
        await play.server.until_visited()
        play.stop()
        await play.server.until_seen()  # the next local page may pass too quickly to tell of itself
    assert "the browser has not answered within 2 s" in caplog.text


async def test_what_a_power_cut_left_of_the_profile_is_gone(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        play.profile.mkdir()
        for name in (MARK, "SingletonLock"):
            (play.profile / name).touch()
        half_written = play.profile / "Default" / "Preferences.half"
        half_written.parent.mkdir()
        half_written.touch()
        play.keep()
        await play.machine.until_shown(1)
        assert not half_written.exists()


async def test_somebody_elses_folder_is_never_emptied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as play:
        play.profile.mkdir()
        (play.profile / "letters").touch()
        play.keep()
        await until_logged(caplog, "holds files that are not the screen keeper's")
    assert (play.profile / "letters").exists()


async def test_the_keeper_works_under_its_own_policy_which_holds_pages_back_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    policies = tmp_path / "policies" / "managed"
    policies.mkdir(parents=True)
    in_own_mounts = (
        'if [ -z "$OWN_MOUNTS" ]; then export OWN_MOUNTS=1; '
        'exec unshare --map-root-user --mount "$0" "$@"; fi\n'
        f'mount --bind "{tmp_path}" /etc/chromium || exit 9'
    )
    async with stage(tmp_path, browser=in_own_mounts) as play:
        (policies / "kiosk.json").write_text(managed_policy(play.settings))
        play.keep()
        await play.machine.until_shown(1)
        play.go_online()  # to a page that this policy does not know
        await until_logged(caplog, "net::ERR_BLOCKED_BY_ADMINISTRATOR")
        with trio.move_on_after(0):
            await play.server.until_visited()
        assert play.server.targets == []
