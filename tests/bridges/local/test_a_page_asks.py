"""What a page may ask: each request gets one reply; rights and places decide, not the page."""

from __future__ import annotations

import contextlib
import time

import pytest
import trio
from msgspec.structs import replace
from trio_websocket import ConnectionClosed

from rvm_edge.bridges.local import places
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.places import is_in
from rvm_edge.bridges.local.requests import REQUESTS
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.bridges.local.verbs import (
    ASKED_IN,
    EVERYWHERE,
    RIGHTS,
    SIMULATION,
    Right,
    Verb,
    asked_in,
)
from rvm_edge.bridges.local.view import Alarm
from states.chart import CHART
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Page, bridge, page
from tests.bridges.local.staged_machine import SESSION, StagedMachine

PIN = "4711"
PIN_HASH = PinHash.of(PIN)


async def close_code(kiosk: Page) -> int:
    """Read until the bridge closes, and return why."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await kiosk.hear()
    assert kiosk.connection.closed is not None
    return int(kiosk.connection.closed.code)


async def as_technician(kiosk: Page) -> None:
    assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]


def test_every_place_that_the_bridge_knows_is_in_the_chart() -> None:
    known = {path for path, _ in CHART.walk()}
    named = {value for name, value in vars(places).items() if name.isupper()}
    assert named <= known
    assert set(ASKED_IN) <= known


def test_every_verb_has_a_right_a_request_and_a_place() -> None:
    assert set(RIGHTS) == set(Verb) == set(REQUESTS.values())
    assert EVERYWHERE.union(*ASKED_IN.values()) == set(Verb) - SIMULATION


def test_nothing_that_moves_can_be_asked_with_an_item_in_hand() -> None:
    leaves = [path for path, state in CHART.walk() if not state.children]
    in_hand = [leaf for leaf in leaves if is_in((leaf,), places.DEPOSIT)]
    in_hand.remove(places.WAITING)
    assert len(in_hand) == 4
    for leaf in in_hand:
        assert set(asked_in((places.ONLINE, leaf))) == EVERYWHERE


def test_whatever_moves_something_needs_the_token() -> None:
    assert {verb for verb, right in RIGHTS.items() if right is Right.NONE} == {Verb.LANGUAGE}


async def test_a_guest_starts_and_ends_a_session() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        started = await kiosk.ask("start_session", "a", mode="guest")
        ended = await kiosk.ask("end_session", "b")
    assert started == {
        "type": "reply",
        "id": "a",
        "ok": True,
        "result": {"session_id": SESSION},
    }
    assert ended == {"type": "reply", "id": "b", "ok": True, "result": {}}
    assert machine.done == ["start guest", "end"]


async def test_a_users_session_needs_the_server_and_the_users_token() -> None:
    machine = StagedMachine(at.IDLE)
    asked = {"mode": "user", "user_token": "user 7"}
    async with bridge(machine) as running, page(running) as kiosk:
        offline = await kiosk.ask("start_session", "1", **asked)
        machine.configuration = at.IDLE_ONLINE
        nameless = await kiosk.ask("start_session", "2", mode="user")
        online = await kiosk.ask("start_session", "3", **asked)
    assert offline["error"]["code"] == "not_here"
    assert nameless["error"]["code"] == "malformed"
    assert online["ok"]
    assert machine.done == ["start user user 7"]


async def test_the_slot_opens_by_starting_a_guests_session() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        assert (await kiosk.ask("open_slot", "1"))["result"] == {"session_id": SESSION}
        assert (await kiosk.ask("open_slot", "2"))["result"] == {}
        assert (await kiosk.ask("cancel", "3"))["ok"]
    assert machine.done == ["start guest", "end"]


async def test_what_may_be_asked_depends_on_the_machine_and_not_on_the_page() -> None:
    machine = StagedMachine(at.CLASSIFY)
    async with bridge(machine) as running, page(running) as kiosk:
        for number, verb in enumerate(("start_session", "end_session", "open_slot", "cancel")):
            reply = await kiosk.ask(verb, str(number))
            assert reply["error"]["code"] == "not_here"
            assert "deposit.classify" in reply["error"]["message"]
    assert machine.done == []


@pytest.mark.parametrize("token", ["", "a wrong one", "the token of this boo", "Ünïcode"])
async def test_without_this_boots_token_nothing_moves(token: str) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running, greets=False) as kiosk:
        hello = await kiosk.hello(token)
        refused = await kiosk.ask("start_session", "1")
        pin = await kiosk.ask("enter_pin", "2", pin=PIN)
        language = await kiosk.ask("language", "3", language="en")
    assert hello["may_act"] is False
    assert refused["error"]["code"] == pin["error"]["code"] == "no_token"
    assert language["ok"]
    assert machine.done == []


async def test_a_language_is_chosen_for_every_page() -> None:
    async with bridge(StagedMachine()) as running:
        async with page(running) as one, page(running) as other:
            assert (await one.ask("language", language="en"))["ok"]
            assert (await one.hear_part("language"))["language"] == "en"
            assert (await other.hear_part("language"))["language"] == "en"
        async with page(running, greets=False) as late:
            assert (await late.hello())["snapshot"]["language"]["language"] == "en"


async def test_the_kiosk_gets_the_signed_address_byte_for_byte() -> None:
    url = "https://rvm.example/rvm-ui/x?signature=AB%2Bcd"
    async with bridge(StagedMachine(kiosk_url=url)) as running, page(running) as kiosk:
        assert (await kiosk.ask("kiosk_url"))["result"] == {"url": url}


@pytest.mark.parametrize(
    ("verb", "does"),
    [
        ("exit_maintenance", "exit maintenance"),
        ("open_door", "open_door"),
        ("test_motor", "test_motor"),
        ("test_light", "test_light"),
        ("read_sensors", "read_sensors"),
        ("recalibrate", "recalibrate"),
        ("export_logs", "export_logs"),
    ],
)
async def test_a_technician_has_to_show_the_pin_on_this_connection(verb: str, does: str) -> None:
    machine = StagedMachine(at.MAINTENANCE)
    async with (
        bridge(machine, pins=PinDesk(PIN_HASH, time.monotonic)) as running,
        page(running) as kiosk,
    ):
        before = await kiosk.ask(verb, "before")
        await as_technician(kiosk)
        after = await kiosk.ask(verb, "after")
        machine.configuration = at.MAINTENANCE
        async with page(running) as other:
            elsewhere = await other.ask(verb)
    assert before["error"]["code"] == elsewhere["error"]["code"] == "no_pin"
    assert after["ok"]
    assert machine.done == [does]


async def test_a_technician_waits_until_nobody_is_served() -> None:
    machine = StagedMachine(at.WAITING)
    async with (
        bridge(machine, pins=PinDesk(PIN_HASH, time.monotonic)) as running,
        page(running) as kiosk,
    ):
        await as_technician(kiosk)
        assert (await kiosk.ask("enter_maintenance", "1"))["error"]["code"] == "not_here"
        assert (await kiosk.ask("test_motor", "2"))["error"]["code"] == "not_here"
        machine.configuration = at.IDLE
        assert (await kiosk.ask("enter_maintenance", "3"))["ok"]
    assert machine.done == ["enter maintenance"]


async def test_a_machine_without_a_pin_has_no_technicians() -> None:
    async with bridge(StagedMachine()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", pin="0000"))["error"]["code"] == "wrong_pin"


async def test_after_five_wrong_pins_the_right_one_has_to_wait_on_every_connection() -> None:
    async with bridge(StagedMachine(), pins=PinDesk(PIN_HASH, time.monotonic)) as running:
        async with page(running) as kiosk:
            for number in range(5):
                reply = await kiosk.ask("enter_pin", str(number), pin="0000")
                assert reply["error"]["code"] == "wrong_pin"
        async with page(running) as kiosk:
            locked = await kiosk.ask("enter_pin", pin=PIN)
    assert locked["error"]["code"] == "pin_locked"
    assert PIN not in locked["error"]["message"]


async def test_the_machine_may_refuse_and_its_words_are_passed_on() -> None:
    machine = StagedMachine(refuses="a hand is in the slot")
    async with bridge(machine) as running, page(running) as kiosk:
        reply = await kiosk.ask("start_session")
    assert reply["error"] == {"code": "refused", "message": "a hand is in the slot"}


async def test_a_fault_of_ours_is_an_answer_without_its_secrets() -> None:
    async def fail() -> None:
        raise ValueError("the password is swordfish")

    machine = StagedMachine(hesitates=fail)
    async with bridge(machine) as running, page(running) as kiosk:
        reply = await kiosk.ask("start_session")
        machine.hesitates = trio.lowlevel.checkpoint
        again = await kiosk.ask("start_session", "2")
    assert reply["error"]["code"] == "failed"
    assert "swordfish" not in reply["error"]["message"]
    assert again["ok"]


async def test_a_machine_that_does_not_answer_in_time_is_reported_as_such() -> None:
    machine = StagedMachine(hesitates=trio.sleep_forever)
    limits = Limits(request_s=0.05)
    async with bridge(machine, limits=limits) as running, page(running) as kiosk:
        assert (await kiosk.ask("start_session"))["error"]["code"] == "too_late"


async def test_a_slow_request_holds_up_no_other_and_too_many_are_turned_away() -> None:
    may_go = trio.Event()
    machine = StagedMachine(hesitates=may_go.wait)
    async with bridge(machine, limits=Limits(in_flight=2)) as running, page(running) as kiosk:
        for request_id in ("1", "2"):
            await kiosk.say(type="start_session", id=request_id)
        assert (await kiosk.ask("language", "3", language="en"))["error"]["code"] == "busy"
        await kiosk.say(type="alive")
        while (await kiosk.hear())["type"] != "alive":
            pass
        may_go.set()
        assert (await kiosk.reply("1"))["ok"]
        assert (await kiosk.reply("2"))["ok"]


async def test_no_request_is_carried_out_twice() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        assert (await kiosk.ask("start_session", "same"))["ok"]
        await kiosk.say(type="start_session", id="same")
        assert await close_code(kiosk) == 1008
    assert machine.done == ["start guest"]


@pytest.mark.parametrize("declared", [{"id": "9"}, {}])
async def test_a_page_that_declares_a_bottle_is_refused(declared: dict[str, str]) -> None:
    machine = StagedMachine(at.WAITING)
    items = [{"bottle_type": "plastic", "weight": 0, "points": 10}]
    async with bridge(machine) as running, page(running) as kiosk:
        await kiosk.say(type="deposit", items=items, **declared)
        reply = await kiosk.reply(declared.get("id", ""))
    assert reply["error"]["code"] == "eyes_decide"
    assert machine.done == []
    assert machine.configuration == at.WAITING


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "start_session", "mode": "thief"},
        {"type": "start_session", "points": 10},
        {"type": "start_session", "user_token": "x" * 513},
        {"type": "open_sesame"},
        {"type": "enter_pin", "pin": "12"},
        {"type": "enter_pin", "pin": "12a4"},
        {"type": "language", "language": "fr"},
        {"type": "acknowledge"},
    ],
)
async def test_a_malformed_request_with_an_id_gets_its_reply(request_: dict[str, object]) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        await kiosk.say(**request_, id="x")
        assert (await kiosk.reply("x"))["error"]["code"] == "malformed"
        assert (await kiosk.ask("start_session", "y"))["ok"]
    assert machine.done == ["start guest"]


async def test_an_alarm_is_acknowledged_by_its_code() -> None:
    jammed = Alarm("part.sorter", "the sorter is jammed", "2026-11-28T03:15:00.000+00:00")
    machine = StagedMachine(at.FAULT, standing=(jammed,))
    async with bridge(machine) as running, page(running) as kiosk:
        assert (await kiosk.ask("acknowledge", alarm="part.sorter"))["ok"]
        reply = await kiosk.ask("acknowledge", "2", alarm="part.gate")
    assert reply["error"]["code"] == "refused"
    assert machine.standing == (replace(jammed, acknowledged=True),)
