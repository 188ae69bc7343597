"""A guest's donation at a machine without a server, by what a page asks and hears alone."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from rvm_edge.ledger.check import check
from rvm_edge.simulator.truth import Fate, Specimen
from states import paths
from tests.bridges.local.page import Json, Page, page
from tests.display.shown_machine import BOTTLE, CAN, Shown, page_of, shown


async def put_in(machine: Shown, specimen: Specimen) -> int:
    """Put something through the gate once it is open."""
    await machine.world.until(lambda: machine.world.gate_is_open)
    machine.world.collect()
    return machine.world.insert(specimen).number


async def until_item_is(opened: Page, step: str) -> Json:
    """Return the item's part once it has come so far."""
    while True:
        part = await opened.hear_part("item")
        if part["step"] == step:
            return part


async def test_a_page_is_greeted_with_the_machine_as_it_is(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine:
        await machine.until(paths.IDLE)
        async with page(await machine.served(), greets=False) as opened:
            hello = await opened.hello()
    snapshot = hello["snapshot"]
    assert hello["may_act"] is True
    assert snapshot["state"]["configuration"] == [paths.OFFLINE_GUEST, paths.IDLE]
    assert snapshot["link"]["mode"] == "offline_guest"


async def test_a_page_is_told_by_whose_time_the_machine_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    async with shown(tmp_path) as machine, page(await machine.served(), greets=False) as opened:
        site = (await opened.hello())["snapshot"]["site"]
        if not site["time_zone"]:  # nobody had looked yet
            site = await opened.hear_part("site")
    assert site["time_zone"] == "Asia/Jakarta"


async def test_a_whole_donation_without_a_server(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        started = await opened.ask("start_session", mode="guest")
        session_id = started["result"]["session_id"]
        assert any(leaf.startswith(paths.DEPOSIT) for leaf in machine.daemon.runtime.configuration)
        number = await put_in(machine, BOTTLE)
        decided = await until_item_is(opened, "decided")
        await until_item_is(opened, "dropped")
        await machine.until(paths.WAITING)
        assert (await opened.ask("end_session", "2"))["ok"]
        while (session := await opened.hear_part("session"))["ended"] == "":
            assert session["session_id"] == session_id
        fate = machine.world.item(number).fate
    assert fate is Fate.DROPPED
    assert decided["accepted"] is True
    assert (session["session_id"], session["accepted"]) == (session_id, 1)
    assert check(machine.locations.ledger_path).violations == ()


async def test_a_refused_item_is_shown_with_its_reason_its_picture_and_the_box(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        await opened.ask("start_session", mode="guest")
        await put_in(machine, CAN)
        part = await until_item_is(opened, "returned")
        jpeg = await machine_picture(machine, part["picture"])
    assert part["reason"] == "forbidden_class"
    assert jpeg == CAN.picture.read_bytes()
    left, top, right, bottom = part["box"]
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1


async def machine_picture(machine: Shown, path: str) -> bytes:
    """Fetch a picture as a browser does."""
    origin = (await machine.served()).origin
    async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=60) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    return answer.content


async def test_a_picture_can_still_be_had_when_the_next_item_has_come(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        await opened.ask("start_session", mode="guest")
        await put_in(machine, CAN)
        first = await until_item_is(opened, "returned")
        await machine.until(paths.WAITING)
        await put_in(machine, BOTTLE)
        await until_item_is(opened, "dropped")
        assert await machine_picture(machine, first["picture"]) == CAN.picture.read_bytes()


async def test_a_user_is_told_how_users_log_in(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        reply = await opened.ask("start_session", mode="user", user_token="of a user")  # noqa: S106
    assert reply["error"]["code"] == "not_here"
    assert "server" in reply["error"]["message"]


async def test_nothing_moves_for_a_page_without_the_token(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine:
        await machine.until(paths.IDLE)
        async with page(await machine.served(), greets=False) as opened:
            assert (await opened.hello(token="another boot's"))["may_act"] is False  # noqa: S106
            reply = await opened.ask("start_session", mode="guest")
        assert machine.daemon.runtime.configuration[1] == paths.IDLE
    assert reply["error"]["code"] == "no_token"


async def test_of_two_who_start_at_once_one_is_refused(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as one, page_of(machine) as other:
        await one.say(type="start_session", id="1", mode="guest")
        await other.say(type="start_session", id="1", mode="guest")
        replies = [await one.reply("1"), await other.reply("1")]
    assert sorted(reply["ok"] for reply in replies) == [False, True]


@pytest.mark.parametrize("verb", ["end_session", "cancel"])
async def test_a_deposit_ends_as_the_guest_wishes(tmp_path: Path, verb: str) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as opened:
        await opened.ask("start_session", mode="guest")
        assert (await opened.ask(verb, "2"))["ok"]
        await machine.until(paths.IDLE)
        assert machine.world.gate_is_closed
