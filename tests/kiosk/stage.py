"""A whole screen: the real keeper, a real Chromium, the real bridge, and pages that tell on it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest
import trio

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.view import Alarm
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode
from rvm_edge.kiosk.keeper.keeper import keep_screen
from rvm_edge.settings.kiosk import KioskSettings
from rvm_edge.statechart.definition import Payload
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import StagedMachine
from tests.kiosk.server_page import ServerPage, server_page

PAGES = Path(__file__).parent / "pages"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FOR_TESTS = "--headless=new --disable-gpu --disable-dev-shm-usage --touch-events=enabled"
BACK_S = 5.0
"""Within so long people must see a working screen again, whatever died."""

START_S = 2.0
"""A computer that is not busy with other things shows the first screen within so long."""

LONG_S = 60.0
PATIENT_S = 30.0
"""For `answer_s` where no page hangs: one on a busy computer is to be left alone."""

TOKEN = "the token of this boot & no other"  # noqa: S105 - of a test


async def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Return when the keeper has said this in its log."""
    while text not in caplog.text:
        await trio.sleep(0.01)


def browser_script(folder: Path, before: str = "") -> Path:
    """Write a program that starts Chromium as tests need it: without a display, and as root."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "no Chromium is installed; apt-get install chromium"
    sandbox = " --no-sandbox" if os.geteuid() == 0 else ""  # it refuses root otherwise
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\n{before}\nexec {program} {FOR_TESTS}{sandbox} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


class WatchedMachine(StagedMachine):
    """A machine that the local page tells when people see it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shown = 0
        self.first_shown_s = 0.0
        self.heard_of_link = 0
        self._happened = trio.Event()

    async def acknowledge(self, alarm: str) -> None:
        self.heard_of_link += alarm == "link"
        if alarm == "shown" and not self.shown:
            self.first_shown_s = trio.current_time()
        self.shown += alarm == "shown"
        self._happened.set()
        self._happened = trio.Event()

    async def start_session(self, mode: SessionMode, user_token: Secret | None) -> str:
        """Start one without a change of the link."""
        assert user_token is None
        self.done.append(f"start {mode.value}")
        data: Payload = {"session_id": at.SESSION, "mode": mode.value, "owner": ""}
        self.step("session.requested", (self.configuration[0], at.WAITING[1]), data)
        return at.SESSION

    async def until_shown(self, times: int) -> None:
        """Return when so many local pages have been in front of people."""
        while self.shown < times:
            await self._happened.wait()

    async def until_heard_of_link(self) -> None:
        """Return when a local page knows that the link has changed."""
        while not self.heard_of_link:
            await self._happened.wait()


@dataclass
class Stage:
    """What a test plays on.

    Attributes:
        machine: whose screen it is.
        server: with a page for this screen.
        folder: for everything that is written.
        settings: of the keeper.
    """

    machine: WatchedMachine
    server: ServerPage
    folder: Path
    nursery: trio.Nursery
    settings: KioskSettings = field(default_factory=KioskSettings)
    token: str = TOKEN
    kept_s: float = 0.0
    _bridge: trio.CancelScope = field(default_factory=trio.CancelScope)
    _bridge_ended: trio.Event = field(default_factory=trio.Event)

    @property
    def token_file(self) -> Path:
        return self.folder / "kiosk.token"

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    async def start_bridge(self, token: str = "", pages: Path = PAGES) -> None:
        """Start the machine's bridge, on the port of the one before."""
        self.token = token or self.token
        self.token_file.write_text(self.token)
        port = self.settings.port if self._bridge.cancel_called else 0
        arrangement = Arrangement(
            token=Secret(self.token), port=port, pages=(pages,), limits=Limits(sense_s=0.05)
        )
        port = await self.nursery.start(self._run_bridge, arrangement)
        self.settings = msgspec.structs.replace(self.settings, port=port)

    async def stop_bridge(self) -> None:
        self._bridge.cancel()
        await self._bridge_ended.wait()

    async def _run_bridge(
        self, arrangement: Arrangement, *, task_status: trio.TaskStatus[int]
    ) -> None:
        self._bridge_ended = trio.Event()
        with trio.CancelScope() as self._bridge:
            await LocalBridge(self.machine, self.machine, arrangement).run(task_status=task_status)
        self._bridge_ended.set()

    def keep(self) -> None:
        """Start the keeper."""
        self.kept_s = trio.current_time()
        self.nursery.start_soon(keep_screen, self.settings, self.profile)

    def go_online(self) -> None:
        self.machine.kiosk_url = self.server.url
        self.machine.step("link.up", at.IDLE_ONLINE)

    def go_offline(self) -> None:
        self.machine.step("link.lost", at.IDLE)

    def back_in_time(self) -> AbstractContextManager[trio.CancelScope]:
        """Fail what takes longer than people wait; on a busy computer, longer in proportion."""
        start_s = self.machine.first_shown_s - self.kept_s
        return trio.fail_after(BACK_S * max(1.0, start_s / START_S))

    async def pages_that_listen(self) -> int:
        """Return how many pages hold a line to the machine; the keeper's own is not counted."""
        async with httpx.AsyncClient(trust_env=False, timeout=LONG_S) as client:
            answer = await client.get(f"{self.settings.bridge_origin}/metrics")
        found = re.search(r"^rvm_edge_bridge_listeners (\d+)", answer.text, re.MULTILINE)
        assert found, answer.text
        return int(found[1]) - 1

    def misbehave(self, how: str, where: str = "") -> None:
        """Have the local page on the screen do something that it should not."""
        self.machine.standing = (*self.machine.standing, Alarm(how, where, "now"))

    def processes(self, kind: str = "") -> list[psutil.Process]:
        """Return this screen's processes: its browser's own, or those of a ``--type=``."""
        own = f"--user-data-dir={self.profile}"
        ours = [
            one
            for one in psutil.Process().children(recursive=True)
            if own in (words := _words(one)) and not _kind_of(words)
        ]
        if not kind:
            return ours
        return [
            below
            for browser in ours
            for below in browser.children(recursive=True)
            if _kind_of(_words(below)) == kind
        ]

    def kill(self, kind: str = "") -> None:
        """Kill these processes, as a crash does."""
        self._send(signal.SIGKILL, kind)

    def stop(self, kind: str = "") -> None:
        """Have these processes stand still, as if they hung."""
        self._send(signal.SIGSTOP, kind)

    def _send(self, what: signal.Signals, kind: str) -> None:
        victims = self.processes(kind)
        assert victims
        for one in victims:
            one.send_signal(what)


@asynccontextmanager
async def stage(tmp_path: Path, *, browser: str = "", **changes: object) -> AsyncIterator[Stage]:
    """Set up machine, bridge and server; `keep` then starts the keeper.

    Args:
        tmp_path: for everything that is written.
        browser: what the browser's script does before it starts the browser.
        changes: of the keeper's settings.
    """
    with trio.fail_after(LONG_S):
        async with server_page() as server, background_tasks() as nursery:
            played = Stage(WatchedMachine(), server, tmp_path, nursery)
            script = browser_script(tmp_path, browser)
            played.settings = msgspec.convert(
                {"browser": [str(script)], "token_file": str(played.token_file), **changes},
                KioskSettings,
            )
            await played.start_bridge()
            yield played


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def _kind_of(words: list[str]) -> str:
    """Return what ``--type=`` says; the browser's own process has none."""
    return next((word[7:] for word in words if word.startswith("--type=")), "")
