"""The screen beside the machine: whatever happens to the one, the other goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
import trio
from trio_websocket import ConnectionClosed

from rvm_edge.bridges.local.messages import CloseCode
from rvm_edge.bridges.local.present import Present
from rvm_edge.bridges.local.technician import FREE_TRIES
from rvm_edge.bridges.local.view import Sighting
from rvm_edge.display.causes import Causes
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import MaintenanceEnter
from tests.bridges.local.page import TOKEN, page
from tests.display.shown_machine import PIN, SCREEN, Shown, page_of, shown


@contextmanager
def taken_port() -> Iterator[int]:
    """Occupy a port of 127.0.0.1."""
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        yield int(occupied.getsockname()[1])


def token_of(folder: Path) -> tuple[str, int]:
    """Return what is in the token's file, and who may do what with it."""
    path = folder / "screen-token"
    return path.read_text(encoding="ascii"), path.stat().st_mode & 0o777


async def told(machine: Shown) -> None:
    """Wait until something was said of the screen."""
    while not machine.news:
        await machine.happened.wait()


async def test_the_token_is_left_for_its_owner_alone_while_there_is_a_screen(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as machine:
        await machine.served()
        assert token_of(tmp_path) == (f"{TOKEN}\n", 0o600)
        assert machine.news[-1].token_file == str(tmp_path / "screen-token")
        machine.stop.cancel()
        await machine.ended.wait()
        assert not (tmp_path / "screen-token").exists()


async def test_a_taken_port_is_told_once_and_people_are_served_all_the_same(
    tmp_path: Path,
) -> None:
    with taken_port() as port:
        async with shown(tmp_path, msgspec.structs.replace(SCREEN, port=port)) as machine:
            await machine.until(paths.IDLE)
            await told(machine)
            await trio.sleep(1.5)
            assert len(machine.news) == 1
            assert machine.news[0].screen == ""
            assert f"port {port}" in machine.news[0].trouble
            assert machine.daemon.runtime.configuration[1] == paths.IDLE


async def test_a_port_that_becomes_free_is_taken(tmp_path: Path) -> None:
    with ExitStack() as occupied:
        port = occupied.enter_context(taken_port())
        async with shown(tmp_path, msgspec.structs.replace(SCREEN, port=port)) as machine:
            await told(machine)
            occupied.close()
            assert (await machine.served()).port == port


async def test_where_any_port_will_do_another_one_is_found(tmp_path: Path) -> None:
    with taken_port() as port:
        settings = msgspec.structs.replace(SCREEN, port=port)
        async with shown(tmp_path, settings, else_any_port=True) as machine:
            assert (await machine.served()).port not in (0, port)


async def test_a_bridge_that_fails_is_replaced_on_its_port_and_the_machine_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_present: Present, _step: Step, _sighting: Sighting | None) -> NoReturn:
        monkeypatch.undo()
        raise RuntimeError("broken")

    async with shown(tmp_path) as machine:
        before = await machine.served()
        await machine.until(paths.IDLE)
        monkeypatch.setattr(Present, "take", fails)
        await machine.daemon.runtime.post(MaintenanceEnter())
        while len(machine.news) < 3:
            await machine.happened.wait()
        after = await machine.served()
        assert after.port == before.port
        async with page(after, greets=False) as opened:
            hello = await opened.hello()
        assert hello["snapshot"]["state"]["configuration"] == [paths.MAINTENANCE]
    assert machine.news[1].trouble == "the screen's bridge has failed; the log says why"
    assert "the screen's bridge has failed" in caplog.text


async def test_a_bridge_that_fails_does_not_forget_wrong_pins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_present: Present, _step: Step, _sighting: Sighting | None) -> NoReturn:
        monkeypatch.undo()
        raise RuntimeError("broken")

    async with shown(tmp_path) as machine:
        async with page_of(machine) as opened:
            for number in range(FREE_TRIES):
                reply = await opened.ask("enter_pin", str(number), pin="0000")
                assert reply["error"]["code"] == "wrong_pin"
        monkeypatch.setattr(Present, "take", fails)
        await machine.daemon.runtime.post(MaintenanceEnter())
        while len(machine.news) < 3:
            await machine.happened.wait()
        async with page(await machine.served()) as opened:
            reply = await opened.ask("enter_pin", pin=PIN)
    assert reply["error"]["code"] == "pin_locked"


async def test_a_step_that_the_screen_cannot_make_sense_of_is_only_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_causes: Causes, _step: Step) -> NoReturn:
        raise RuntimeError("broken")

    monkeypatch.setattr(Causes, "take", fails)
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        assert (await opened.ask("start_session", mode="guest"))["ok"]
        await machine.until(paths.WAITING)
    assert "the screen cannot make sense of step" in caplog.text


async def test_a_machine_that_stops_takes_its_screen_along(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine:
        port = (await machine.served()).port
    with pytest.raises(OSError, match="connect"):
        await trio.open_tcp_stream("127.0.0.1", port)
    assert not (tmp_path / "screen-token").exists()


async def test_pages_are_told_that_the_screen_starts_anew(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        machine.stop.cancel()
        with pytest.raises(ConnectionClosed) as closed:
            await opened.hear_part("of no kind")
    assert closed.value.reason is not None
    assert closed.value.reason.code == CloseCode.RESTART.value
