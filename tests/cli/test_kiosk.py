"""`rvm-edge kiosk`: the keeper as people and systemd start it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from tests.kiosk.stage import Stage, stage


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config-dir", str(folder), "kiosk", *arguments])


def configure(folder: Path, text: str) -> Path:
    (folder / "settings.toml").write_text(f"[kiosk]\n{text}")
    return folder


def test_the_policy_names_the_machines_page_and_the_servers(tmp_path: Path) -> None:
    configure(tmp_path, 'server_origin = "https://rvm.example"\nport = 8890\n')
    written = tmp_path / "policy.json"
    assert ask(tmp_path, "policy", str(written)).exit_code == 0
    told = json.loads(written.read_text())
    assert told["URLBlocklist"] == ["*"]
    assert told["URLAllowlist"] == ["http://127.0.0.1:8890", "https://rvm.example"]
    assert told["LoopbackNetworkAllowedForUrls"] == ["https://rvm.example"]
    assert ask(tmp_path, "policy", str(written), "--check").exit_code == 0
    configure(tmp_path, "")
    refused = ask(tmp_path, "policy", str(written), "--check")
    assert (refused.exit_code, "differs" in refused.stderr) == (1, True)


def test_the_policy_that_ships_is_the_one_of_the_defaults(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "config" / "chromium" / "rvm-edge-kiosk.json"
    assert ask(tmp_path, "policy", str(shipped), "--check").exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('flags = ["--no-sandbox"]', "flags must not contain '--no-sandbox'"),
        ('flags = ["--remote-debugging-port=9222"]', "must not contain '--remote-debugging-port'"),
        ('flags = ["http://elsewhere"]', "flags must not contain"),
        ('server_origin = "https://rvm.example/page"', "is no origin such as"),
        ('reload_at = "24:00"', "must be a time from 00:00 to 23:59"),
        ("retry_cap_s = 0.1", "retry_first_s must not exceed retry_cap_s"),
        ("browsr = 1", "did you mean kiosk.browser?"),
    ],
)
def test_what_would_open_or_lose_the_screen_is_refused_in_one_line(
    text: str, said: str, tmp_path: Path
) -> None:
    answer = ask(configure(tmp_path, text))
    assert answer.exit_code == 78
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


@asynccontextmanager
async def kept(play: Stage) -> AsyncIterator[trio.Process]:
    """Run the command for a stage's screen, until people see the local page."""
    configure(
        play.folder,
        f"browser = {json.dumps(play.settings.browser)}\nport = {play.settings.port}\n"
        f'token_file = "{play.token_file}"\nprofile_dir = "{play.profile}"\n',
    )
    command = [sys.executable, "-m", "rvm_edge", "--config-dir", str(play.folder), "kiosk"]
    process = await trio.lowlevel.open_process(
        command, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        await play.machine.until_shown(1)
        yield process
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
        assert process.stderr is not None
        await process.stderr.aclose()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_no_browser_outlives_its_keeper(how: signal.Signals, tmp_path: Path) -> None:
    async with stage(tmp_path) as play, kept(play) as process:
        processes = play.processes(), play.processes("renderer")
        assert all(processes)
        process.send_signal(how)
        code = await process.wait()
        assert code == (0 if how is signal.SIGTERM else -signal.SIGKILL)
        for one in (browser for kind in processes for browser in kind):
            while one.is_running() and one.status() != "zombie":
                await trio.sleep(0.02)
