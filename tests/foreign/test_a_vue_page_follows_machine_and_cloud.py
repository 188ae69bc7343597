"""A page that is not ours, of Vue, laravel-echo and our client: guests when the cloud is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.reverb import ReverbServer
from rvm_edge.statechart.definition import Payload
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import TOKEN
from tests.bridges.local.staged_machine import ITEM, StagedMachine
from tests.browser.chromium import Chromium, Page
from tests.foreign.page_server import PageServer, page_server

CHANNEL = "rvm.7d3e"
KEY = "key"
PATIENCE_S = 60.0
WAITING_ONLINE = (at.ONLINE, f"{at.INTAKE}.deposit.waiting")


@dataclass
class Kiosk:
    """Somebody's page in a browser, beside a machine, with a server far away.

    Attributes:
        page: in the browser.
        machine: which the test plays.
        reverb: the server's WebSocket.
        port: where that listens, whenever it does.
    """

    page: Page
    machine: StagedMachine
    reverb: ReverbServer
    nursery: trio.Nursery
    port: int = 0
    _scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    _ended: trio.Event = field(default_factory=trio.Event)

    async def start_cloud(self) -> None:
        """Let the server's WebSocket be there; where it was before, if it was."""
        await self.nursery.start(self._serve)

    async def stop_cloud(self) -> None:
        """End it, as a server that dies does."""
        self._scope.cancel()
        await self._ended.wait()

    async def _serve(self, *, task_status: trio.TaskStatus[None]) -> None:
        self._ended = trio.Event()
        with trio.CancelScope() as self._scope:
            async with self.reverb.serving(port=self.port) as self.port:
                task_status.started()
                await trio.sleep_forever()
        self._ended.set()

    async def open(self, server: PageServer, bridge: int) -> None:
        """Open the page, as the kiosk would."""
        cloud = {"key": KEY, "host": "127.0.0.1", "port": self.port, "channel": CHANNEL}
        server.tell({"bridge": f"ws://127.0.0.1:{bridge}/ws", "cloud": cloud})
        await self.page.goto(f"{server.origin}/#token={TOKEN}")

    async def until(self, mode: str) -> None:
        """Return when the page is in this mode."""
        await self.page.until(f"document.querySelector('main')?.dataset.mode === '{mode}'")


@asynccontextmanager
async def kiosk(
    chromium: Chromium, node_modules: Path, *, allowed: bool = True
) -> AsyncIterator[Kiosk]:
    """Open the page at a machine that is online and idle.

    Args:
        chromium: the browser.
        node_modules: the page's packages.
        allowed: whether the machine lets pages of this origin in.
    """
    machine = StagedMachine(at.IDLE_ONLINE)
    with trio.fail_after(PATIENCE_S):
        async with page_server(node_modules) as server, chromium.page() as page:
            origins = (server.origin,) if allowed else ()
            arrangement = Arrangement(token=Secret(TOKEN), port=0, origins=origins)
            async with background_tasks() as nursery:
                opened = Kiosk(page, machine, ReverbServer(KEY, Secret("hush")), nursery)
                await opened.start_cloud()
                port = await nursery.start(LocalBridge(machine, machine, arrangement).run)
                await opened.open(server, port)
                await opened.until("user" if allowed else "away")
                yield opened


async def test_guest_mode_when_the_clouds_socket_drops_and_back(
    chromium: Chromium, node_modules: Path
) -> None:
    async with kiosk(chromium, node_modules) as opened:
        page, machine = opened.page, opened.machine
        (connection,) = opened.reverb.connections
        await page.record("modes", "main", "data-mode")  # guest mode may last for a moment only
        connection.drop()
        await page.until("modes.includes('guest') && modes.at(-1) === 'user'")
        await opened.stop_cloud()
        await opened.until("guest")
        await page.tap("#donate")  # the machine needs no cloud for it
        await page.until("document.querySelector('#finish') !== null")
        machine.step("item.inserted", at.CAPTURE, {"client_uuid": ITEM})
        verdict: Payload = {"client_uuid": ITEM, "accepted": True, "reason": "empty_pet"}
        machine.step("verdict", at.ACCEPT, verdict)
        machine.step("item.dropped", at.WAITING, {"client_uuid": ITEM})
        await page.until("document.querySelector('#finish')?.innerText === 'Finish with 1'")
        assert "Empty PET bottle accepted" in await page.text("main")
        await page.tap("#finish")
        await page.until("document.querySelector('#finish') === null")
        machine.step("mechanism.clear", at.IDLE_ONLINE)
        await page.until("document.querySelector('#donate') !== null")
        assert machine.done == ["start guest", "end"]
        await opened.start_cloud()
        await opened.until("user")


async def test_guest_mode_when_the_machine_loses_the_server_though_the_page_does_not(
    chromium: Chromium, node_modules: Path
) -> None:
    async with kiosk(chromium, node_modules) as opened:
        opened.machine.step("link.lost", at.IDLE)
        await opened.until("guest")
        opened.machine.step("link.up", at.IDLE_ONLINE)
        await opened.until("user")


async def test_it_hears_whom_the_server_lets_in_and_what_the_machine_makes_of_it(
    chromium: Chromium, node_modules: Path
) -> None:
    user: dict[str, Json] = {"id": 7, "name": "Sari", "balance": 120}
    event: dict[str, Json] = {"session_id": at.SESSION, "user": user, "timestamp": ""}
    about: Payload = {"session_id": at.SESSION, "mode": "user"}
    async with kiosk(chromium, node_modules) as opened:
        while not await opened.reverb.broadcast(CHANNEL, "session.authorized", event):
            await trio.sleep(0.01)
        opened.machine.step("session.requested", WAITING_ONLINE, about)
        await opened.page.until("document.querySelector('#finish') !== null")
        await opened.page.until("document.querySelector('main').innerText.includes('Hello, Sari!')")


async def test_the_machine_lets_it_in_only_if_the_owner_says_so(
    chromium: Chromium, node_modules: Path
) -> None:
    async with kiosk(chromium, node_modules, allowed=False) as opened:
        await opened.reverb.until(lambda: bool(opened.reverb.connections))
        while not any("403" in one for one in opened.page.complaints):
            await trio.sleep(0.01)
        await opened.until("away")
        assert opened.machine.done == []
