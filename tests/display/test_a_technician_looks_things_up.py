"""What a technician looks up at the screen is what ledger, folder and journal hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx

from drivers.ports import Frame
from rvm_edge.identity import Registration
from rvm_edge.statechart.journal.reading import tail
from states import paths
from tests.bridges.local.page import Json, Page
from tests.display.shown_machine import BOTTLE, CAN, PIN, Shown, page_of, shown
from tests.display.test_a_guest_at_the_screen import put_in, until_item_is


async def donated(machine: Shown, page: Page) -> None:
    """Have a bottle dropped and a can handed back, and the machine idle again."""
    await page.ask("start_session", "donate", mode="guest")
    await put_in(machine, BOTTLE)
    await until_item_is(page, "dropped")
    await machine.until(paths.WAITING)
    await put_in(machine, CAN)
    await until_item_is(page, "returned")
    machine.world.collect()
    await machine.until(paths.WAITING)
    await page.ask("end_session", "donated")
    await machine.until(paths.IDLE)


async def looked_up(page: Page, verb: str, **more: Json) -> Json:
    """Show the PIN, look something up, and return the result."""
    assert (await page.ask("enter_pin", f"pin {verb}", pin=PIN))["ok"]
    return (await page.ask(verb, verb, **more))["result"]


async def test_the_queue_holds_what_dropped_and_says_nothing_of_its_owner(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await donated(machine, page)
        queue = (await looked_up(page, "list_queue"))["queue"]
    (item,) = queue["items"]
    assert (queue["total"], queue["dead"]) == (1, 0)
    assert (item["delivery"], item["mode"]) == ("waiting", "guest")
    assert {"owner", "session_id"}.isdisjoint(item)


async def test_the_queue_says_whose_what_is_held_was(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await donated(machine, page)
        for serial in ("RVM-1", "RVM-2"):
            who = Registration("https://rvm.example.org", serial)
            await machine.daemon.ledger.outbox.become(who)
        queue = (await looked_up(page, "list_queue"))["queue"]
    (item,) = queue["items"]
    assert (queue["total"], item["delivery"]) == (1, "held")
    assert item["last_error"] == (
        "taken as RVM-1 at https://rvm.example.org, "
        "this machine is now RVM-2 at https://rvm.example.org"
    )


async def test_the_evidence_is_listed_newest_first_and_fetched_with_its_ticket(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await donated(machine, page)
        evidence = (await looked_up(page, "list_evidence"))["evidence"]
        origin = (await machine.served()).origin
        async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=60) as client:
            fetched = [await client.get(item["picture"]) for item in evidence["items"]]
    assert [item["accepted"] for item in evidence["items"]] == [False, True]
    assert (evidence["total"], evidence["more"]) == (2, False)
    assert [len(one.content) for one in fetched] == [item["size"] for item in evidence["items"]]


async def test_what_the_second_judge_cut_out_is_shown_beside_its_picture(tmp_path: Path) -> None:
    def cut_out(frames: Sequence[Frame]) -> bytes:
        return b"the item of " + frames[0].data

    async with shown(tmp_path, cut_out=cut_out) as machine, page_of(machine) as page:
        await donated(machine, page)
        items = (await looked_up(page, "list_evidence"))["evidence"]["items"]
        origin = (await machine.served()).origin
        async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=60) as client:
            for item in items:
                picture = (await client.get(item["picture"])).content
                cut = (await client.get(item["cut_out"])).content
                assert cut == b"the item of " + picture
                assert item["size"] == len(cut) + len(picture)


async def test_the_evidence_comes_with_its_boxes_also_after_a_restart(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await donated(machine, page)
        before = (await looked_up(page, "list_evidence"))["evidence"]["items"]
    async with shown(tmp_path) as machine, page_of(machine) as page:
        after = (await looked_up(page, "list_evidence"))["evidence"]["items"]
    for item in before:
        left, top, right, bottom = item["box"]
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
    assert [item["box"] for item in after] == [item["box"] for item in before]
    assert [item["reason"] for item in after] == [item["reason"] for item in before]


async def test_the_journal_is_told_as_it_is_on_disk(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        journal = (await looked_up(page, "list_journal"))["journal"]
        rows = tail(machine.locations.journal_path, 100)
        later = (await page.ask("list_journal", "later", after=rows[-2].seq))["result"]["journal"]
    assert [line["seq"] for line in journal["lines"]] == [row.seq for row in rows]
    assert journal["lines"][0]["event"] == "started"
    assert [line["seq"] for line in later["lines"]] == [rows[-1].seq]
    assert later["gap"] is False


async def test_a_journal_that_is_gone_is_told(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        assert (await page.ask("enter_pin", "pin", pin=PIN))["ok"]
        machine.locations.journal_path.rename(tmp_path / "elsewhere")
        reply = await page.ask("list_journal", "list")
    assert reply["error"]["code"] == "refused"
    assert "no such file" in reply["error"]["message"]


async def test_nothing_is_looked_up_without_the_pin(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        for verb in ("list_queue", "list_evidence", "list_journal"):
            assert (await page.ask(verb, verb))["error"]["code"] == "no_pin"


async def test_the_eyes_are_shown_as_they_are(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await page.ask("start_session", "1", mode="guest")
        machine.eyes.dead = True
        await put_in(machine, BOTTLE)
        while (model := await page.hear_part("model"))["sight"] != "restarting":
            pass
        assert model["trouble"] == "the worker is gone"
        machine.eyes.dead = False
        while (await page.hear_part("model"))["sight"] != "ready":
            pass
