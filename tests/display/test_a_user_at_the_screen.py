"""A user at a machine whose server can let users in: the code, the greeting, and no other way."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from rvm_edge.identity import Identity, Secret
from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport, Json
from rvm_edge.simulator.cloud import Machine as Registered
from rvm_edge.simulator.cloud.reverb import ReverbServer
from states import paths
from tests.bridges.local.page import Json as Heard
from tests.bridges.local.page import Page, page
from tests.display.shown_machine import Server, Shown, shown

APP_KEY = "app-key"
ORIGIN = "http://127.0.0.1:1"
SERIAL = "RVM-202601-001"
NAME = "Sari Dewi Anggraini"
GREETED = "Sari Dewi"


@dataclass
class AtServer:
    """A machine with a screen, its server, and the server's WebSocket.

    Attributes:
        machine: with its screen.
        registered: the machine as the server knows it.
        reverb: the WebSocket.
    """

    machine: Shown
    registered: Registered
    reverb: ReverbServer

    async def let_in(self) -> str:
        """Have the server say that a user stands here, and return the session."""
        session_id = str(uuid.uuid4())
        user: Json = {"id": 7, "name": NAME, "balance": 0}
        data: dict[str, Json] = {"session_id": session_id, "user": user, "timestamp": ""}
        channel = f"rvm.{self.registered.rvm_uuid}"
        while not await self.reverb.broadcast(channel, "session.authorized", data):
            await trio.sleep(0.01)
        return session_id


@asynccontextmanager
async def at_server(folder: Path, *, app_key: str = APP_KEY) -> AsyncIterator[AtServer]:
    """Run a machine with its screen beside a server that has a Reverb."""
    server = CloudServer(Dialect.D, clock=time.time, origin=ORIGIN)
    registered = server.add_machine(SERIAL)
    reverb = ReverbServer(APP_KEY, Secret("s" * 32))
    identity = Identity(ORIGIN, SERIAL, "Test", Secret(registered.api_key))
    async with reverb.serving() as port:
        server.broadcast_with(reverb, port)
        where = Server(identity, app_key, InProcessTransport(server))
        async with shown(folder, server=where) as machine:
            await machine.until(paths.ONLINE)
            await machine.until(paths.IDLE)
            yield AtServer(machine, registered, reverb)


@asynccontextmanager
async def watching(here: AtServer) -> AsyncIterator[tuple[Page, Heard]]:
    """Open the page, and yield it with the snapshot that it was greeted with."""
    async with page(await here.machine.served(), greets=False) as opened:
        yield opened, (await opened.hello())["snapshot"]


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def _code(opened: Page, snapshot: Heard) -> str:
    """Return the code that is shown, as soon as there is one."""
    code: str = snapshot["login"]["qr_content"]
    return code or (await opened.hear_part("login"))["qr_content"]


async def test_the_screen_shows_a_code_of_this_machine_and_takes_it_away_when_it_is_used(
    tmp_path: Path,
) -> None:
    async with at_server(tmp_path) as here, watching(here) as (opened, snapshot):
        code = await _code(opened, snapshot)
        await here.let_in()
        used = await opened.hear_part("login")
    assert code.startswith("myrvm://session/")
    assert code.endswith(f"?m={here.registered.rvm_uuid}")
    assert used["qr_content"] == ""


async def test_a_user_is_greeted_and_the_name_is_kept_nowhere(tmp_path: Path) -> None:
    async with at_server(tmp_path) as here, watching(here) as (opened, _):
        session_id = await here.let_in()
        part = await opened.hear_part("session")
        await here.machine.until(paths.WAITING)
        assert (await opened.ask("end_session"))["ok"]
        ended = await opened.hear_part("session")
    assert (part["session_id"], part["mode"], part["user_name"]) == (session_id, "user", GREETED)
    assert (ended["ended"], ended["user_name"]) == ("session.finished", "")
    assert [kept for kept in _files(tmp_path) if b"Sari" in kept.read_bytes()] == []


async def test_a_machine_that_could_let_nobody_in_shows_no_code(tmp_path: Path) -> None:
    async with at_server(tmp_path, app_key="") as here, watching(here) as (opened, snapshot):
        assert snapshot["link"]["mode"] == "online"
        assert snapshot["login"]["qr_content"] == ""
        with trio.move_on_after(2.5) as looked:  # longer than any look at the server takes
            await opened.hear_part("login")
        assert looked.cancelled_caught


async def test_nobody_becomes_a_user_by_a_token_of_the_page(tmp_path: Path) -> None:
    async with at_server(tmp_path) as here, watching(here) as (opened, _):
        reply = await opened.ask("start_session", mode="user", user_token="of a user")  # noqa: S106
        assert paths.IDLE in here.machine.daemon.runtime.configuration
    assert reply["error"]["code"] == "refused"
    assert "by the code on the screen" in reply["error"]["message"]
