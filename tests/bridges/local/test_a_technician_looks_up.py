"""What a technician looks up goes to nobody else, in pages of a bounded size; a test is told."""

from __future__ import annotations

import httpx
import pytest
import trio
from msgspec.structs import replace

from rvm_edge.bridges.local.condition import Advice, CheckName
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.lookups import LOANS, Loans
from rvm_edge.bridges.local.pictures import GLIMPSE_S
from rvm_edge.bridges.local.records import (
    EVIDENCE_ROWS,
    JOURNAL_ROWS,
    QUEUE_ROWS,
    Delivery,
    EvidencePage,
    KeptItem,
    QueuedItem,
)
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.item import Reason, SessionMode
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Json, Page, Running, bridge, page
from tests.bridges.local.staged_machine import ITEM, JPEG, StagedMachine
from tests.bridges.local.staged_records import CHECKED, StagedRecords, failing

PIN = "4711"
KEPT = KeptItem(1, ITEM, "2026-11-28T03:15:00Z", True, Reason.EMPTY_PET, "mineral", 0.9, 20, False)
QUEUED = QueuedItem(ITEM, Delivery.DEAD, SessionMode.GUEST, "mineral", KEPT.at, 3, "422")
MANY = 300


def remembering() -> StagedMachine:
    """Return a machine that remembers more than anybody is told at once."""
    records = StagedRecords(
        queued=(QUEUED,) * MANY,
        kept=tuple(replace(KEPT, number=number) for number in range(MANY, 0, -1)),
    )
    for number in range(MANY):
        records.note(f"event.{number}", at.IDLE)
    return StagedMachine(records=records, pictures={ITEM: JPEG})


def pins() -> PinDesk:
    """Return a desk that knows the PIN."""
    return PinDesk(PinHash.of(PIN), trio.current_time)


async def looked_up(kiosk: Page, verb: str, **more: Json) -> Json:
    """Show the PIN, look something up, and return the result."""
    assert (await kiosk.ask("enter_pin", f"pin {more}", pin=PIN))["ok"]
    return (await kiosk.ask(verb, f"{verb} {more}", **more))["result"]


async def status_of(running: Running, path: str) -> int:
    """Fetch something from the bridge."""
    async with httpx.AsyncClient(base_url=running.origin, trust_env=False, timeout=60) as client:
        return (await client.get(path)).status_code


@pytest.mark.parametrize("verb", ["list_queue", "list_evidence", "list_journal", "self_test"])
async def test_nothing_is_told_to_a_page_without_the_pin(verb: str) -> None:
    machine = StagedMachine(at.MAINTENANCE)
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask(verb))["error"]["code"] == "no_pin"
    assert machine.done == []


async def test_however_much_there_is_a_page_of_it_is_told() -> None:
    async with bridge(remembering(), pins=pins()) as running, page(running) as kiosk:
        queue = (await looked_up(kiosk, "list_queue"))["queue"]
        evidence = (await looked_up(kiosk, "list_evidence", before=0))["evidence"]
        journal = (await looked_up(kiosk, "list_journal", after=1))["journal"]
    assert (len(queue["items"]), queue["total"]) == (QUEUE_ROWS, MANY)
    assert (len(evidence["items"]), evidence["more"]) == (EVIDENCE_ROWS, True)
    assert (len(journal["lines"]), journal["gap"]) == (JOURNAL_ROWS, True)


async def test_the_next_page_begins_where_the_last_one_ended() -> None:
    async with bridge(remembering(), pins=pins()) as running, page(running) as kiosk:
        first = (await looked_up(kiosk, "list_evidence"))["evidence"]
        last = first["items"][-1]["number"]
        second = (await looked_up(kiosk, "list_evidence", before=last))["evidence"]
    assert second["items"][0]["number"] == last - 1


async def test_a_picture_comes_with_what_people_were_told_in_both_languages() -> None:
    async with bridge(remembering(), pins=pins()) as running, page(running) as kiosk:
        item, *_ = (await looked_up(kiosk, "list_evidence"))["evidence"]["items"]
    assert item["words"]["id"]["happened"] == "Botol PET kosong diterima"
    assert item["words"]["en"]["happened"] == "Empty PET bottle accepted"


async def test_a_picture_is_fetched_with_the_ticket_of_its_page_alone() -> None:
    async with bridge(remembering(), pins=pins()) as running, page(running) as kiosk:
        (path, *_) = {
            item["picture"]
            for item in (await looked_up(kiosk, "list_evidence"))["evidence"]["items"]
        }
        bare, _, ticket = path.partition("?")
        assert await status_of(running, path) == 200
        assert await status_of(running, bare) == 403
        assert await status_of(running, f"{bare}?ticket=guessed") == 403
        stranger = f"/evidence/{at.SESSION}.jpg?{ticket}"
        assert await status_of(running, stranger) == 403


async def test_what_the_second_judge_cut_out_is_fetched_likewise_where_there_is_one() -> None:
    machine = remembering()
    machine.records.kept = (replace(KEPT, number=2, has_cut_out=True), KEPT)
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        cut, whole = (await looked_up(kiosk, "list_evidence"))["evidence"]["items"]
        assert (cut["has_cut_out"], whole["has_cut_out"]) == (True, False)
        assert whole["cut_out"] == ""
        path, _, ticket = cut["cut_out"].partition("?")
        assert path == f"/evidence/{ITEM}.cut.jpg"
        assert await status_of(running, cut["cut_out"]) == 404  # removed meanwhile
        machine.cut_outs[ITEM] = JPEG
        assert await status_of(running, cut["cut_out"]) == 200
        assert await status_of(running, path) == 403
        assert await status_of(running, f"/evidence/{at.SESSION}.cut.jpg?{ticket}") == 403


def test_a_ticket_is_good_for_a_minute_and_for_the_last_pages() -> None:
    now = [0.0]
    loans = Loans(lambda: now[0])
    one = EvidencePage(1, more=False, items=(KEPT,))

    def lent() -> str:
        return loans.lend(one).items[0].picture.partition("ticket=")[2]

    first = lent()
    now[0] = GLIMPSE_S - 0.1
    assert loans.allow(ITEM, first)
    now[0] = GLIMPSE_S
    assert not loans.allow(ITEM, first)
    later = [lent() for _ in range(LOANS + 1)]
    assert [loans.allow(ITEM, ticket) for ticket in later] == [False] + [True] * LOANS


async def test_a_memory_that_cannot_be_read_is_refused_in_its_own_words() -> None:
    machine = StagedMachine(records=StagedRecords(unreadable="the ledger is locked"))
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        reply = await kiosk.ask("list_queue", "list")
    assert reply["error"] == {"code": "refused", "message": "the ledger is locked"}


async def test_a_self_test_is_told_to_everybody_as_it_goes_on() -> None:
    report = failing(CheckName.MOTOR, "jammed", Advice.CHECK_MECHANISM)
    machine = StagedMachine(at.MAINTENANCE, report=report)
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        async with page(running) as watching:
            assert (await kiosk.ask("self_test", "test"))["ok"]
            told = [await watching.hear_part("self_test") for _ in range(2 * len(report) + 2)]
    assert [one["running"] for one in told] == [True] * (len(told) - 1) + [False]
    assert told[0]["checks"][0]["state"] == "pending"
    motor = told[-1]["checks"][-1]
    assert (motor["name"], motor["state"], motor["advice"]) == (
        "motor",
        "failed",
        "check_mechanism",
    )


async def test_a_self_test_may_take_longer_than_other_requests() -> None:
    machine, go_on = StagedMachine(at.MAINTENANCE), trio.Event()
    machine.pauses = go_on.wait
    impatient = Limits(request_s=0.05)
    async with bridge(machine, limits=impatient, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        await kiosk.say(type="self_test", id="test")
        await kiosk.hear_part("self_test")
        machine.hesitates = trio.sleep_forever
        late = await kiosk.ask("exit_maintenance", "late")
        assert late["error"]["code"] == "too_late"
        go_on.set()
        assert (await kiosk.reply("test"))["ok"]


async def test_a_page_that_comes_later_sees_the_last_report() -> None:
    machine = StagedMachine(at.MAINTENANCE)
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        assert (await kiosk.ask("self_test", "test"))["ok"]
        async with page(running, greets=False) as later:
            seen = (await later.hello())["snapshot"]["self_test"]
    assert len(seen["checks"]) == len(CHECKED)
    assert seen["running"] is False
