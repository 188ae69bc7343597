"""What a page is told: a snapshot, then every change in order, and nothing twice."""

from __future__ import annotations

from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.view import Alarm, Login, Sensors, Sighting
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.statechart.definition import Payload
from rvm_edge.telemetry import Figures
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import bridge, page
from tests.bridges.local.staged_machine import ITEM, SESSION, StagedMachine

RESTLESS = Limits(sense_s=0.01)


async def test_the_greeting_holds_the_real_state() -> None:
    machine = StagedMachine(at.MAINTENANCE)
    async with bridge(machine) as running, page(running, greets=False) as kiosk:
        hello = await kiosk.hello()
    assert hello["protocol"] == 1
    assert hello["may_act"] is True
    assert hello["resumed"] is False
    assert hello["snapshot"]["state"]["configuration"] == ["maintenance"]
    assert hello["snapshot"]["link"]["mode"] == "transitioning"
    assert "open_door" in hello["snapshot"]["state"]["may"]
    assert hello["snapshot"]["language"]["language"] == "id"


async def test_a_whole_deposit_is_told_step_by_step() -> None:
    detection = Detection("mineral", 0.84, (32.0, 24.0, 160.0, 120.0))
    verdict = Verdict(True, Reason.EMPTY_PET, "mineral", 0.84, ((detection,),))
    machine = StagedMachine(seen={ITEM: Sighting(verdict, 0, 320, 240)})
    async with bridge(machine) as running, page(running) as kiosk:
        machine.step("session.requested", at.WAITING, {"session_id": SESSION, "mode": "guest"})
        started = await kiosk.hear_part("session")
        machine.step("item.inserted", at.CAPTURE, {"client_uuid": ITEM})
        inserted = await kiosk.hear_part("item")
        machine.step("pictures.taken", at.CLASSIFY, {"client_uuid": ITEM, "frames": 1})
        photographed = await kiosk.hear_part("item")
        said: Payload = {"client_uuid": ITEM, "accepted": True, "reason": "empty_pet"}
        machine.step("verdict", at.ACCEPT, said)
        decided = await kiosk.hear_part("item")
        machine.step("item.dropped", at.WAITING, {"client_uuid": ITEM})
        dropped = await kiosk.hear_part("item")
        counted = await kiosk.hear_part("session")
        machine.step("session.finished", at.CLEARING)
        ended = await kiosk.hear_part("session")
    assert started == {
        "kind": "session",
        "session_id": SESSION,
        "mode": "guest",
        "user_name": "",
        "accepted": 0,
        "returned": 0,
        "ended": "",
    }
    assert (inserted["step"], inserted["accepted"], inserted["picture"]) == ("inserted", None, "")
    assert photographed["picture"] == f"/pictures/{ITEM}.jpg"
    assert (decided["step"], decided["accepted"], decided["reason"]) == (
        "decided",
        True,
        "empty_pet",
    )
    assert decided["box"] == [0.1, 0.1, 0.5, 0.5]
    assert decided["words"]["en"]["happened"] == "Empty PET bottle accepted"
    assert decided["words"]["id"]["advice"].startswith("Terima kasih")
    assert dropped["step"] == "dropped"
    assert (counted["accepted"], counted["returned"], counted["ended"]) == (1, 0, "")
    assert (ended["accepted"], ended["ended"]) == (1, "session.finished")


async def test_a_user_is_called_by_name_until_the_session_ends() -> None:
    machine = StagedMachine(at.IDLE_ONLINE, users={SESSION: "Sari"})
    async with bridge(machine) as running, page(running) as kiosk:
        machine.step("session.requested", at.WAITING, {"session_id": SESSION, "mode": "user"})
        started = await kiosk.hear_part("session")
        machine.step("session.finished", at.CLEARING)
        ended = await kiosk.hear_part("session")
        machine.step("session.requested", at.WAITING, {"session_id": SESSION, "mode": "guest"})
        guest = await kiosk.hear_part("session")
    assert [one["user_name"] for one in (started, ended, guest)] == ["Sari", "", ""]


async def test_a_code_to_log_in_with_comes_and_goes() -> None:
    offer = Login("myrvm://session/4f1c0d9e?m=7a0f8e52", "2026-11-28T03:20:00.000+00:00")
    machine = StagedMachine(at.IDLE_ONLINE)
    async with (
        bridge(machine, limits=RESTLESS) as running,
        page(running, greets=False) as kiosk,
    ):
        hello = await kiosk.hello()
        machine.login = offer
        offered = await kiosk.hear_part("login")
        machine.login = None
        withdrawn = await kiosk.hear_part("login")
    nothing = {"kind": "login", "qr_content": "", "expires_at": ""}
    assert hello["snapshot"]["login"] == withdrawn == nothing
    assert offered == {
        "kind": "login",
        "qr_content": offer.qr_content,
        "expires_at": offer.expires_at,
    }


async def test_a_rejection_says_why_and_what_to_do() -> None:
    machine = StagedMachine(at.WAITING)
    async with bridge(machine) as running, page(running) as kiosk:
        machine.step("item.inserted", at.CAPTURE, {"client_uuid": ITEM})
        data: Payload = {"client_uuid": ITEM, "reason": "not_empty", "machine_failed": False}
        machine.step("item.returned", at.WAITING, data)
        await kiosk.hear_part("item")
        returned = await kiosk.hear_part("item")
    assert (returned["step"], returned["accepted"], returned["reason"]) == (
        "returned",
        False,
        "not_empty",
    )
    assert returned["words"]["en"]["advice"] == "Empty the bottle, then put it in again."


async def test_no_picture_is_a_reason_too() -> None:
    machine = StagedMachine(at.CAPTURE)
    async with bridge(machine) as running, page(running) as kiosk:
        reject = (at.OFFLINE, f"{at.INTAKE}.deposit.reject")
        machine.step("capture.failed", reject, {"client_uuid": ITEM, "why": "dark"})
        item = await kiosk.hear_part("item")
    assert (item["step"], item["accepted"], item["reason"]) == ("decided", False, "no_picture")


async def test_events_are_numbered_without_gaps() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running, greets=False) as kiosk:
        hello = await kiosk.hello()
        for number in range(20):
            machine.step("bin.full", at.IDLE if number % 2 else at.CLEARING)
        numbers = [(await kiosk.hear())["seq"] for _ in range(20)]
    assert numbers == list(range(hello["seq"] + 1, hello["seq"] + 21))


async def test_the_link_is_told_only_when_it_changes() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        machine.step("bin.freed", at.IDLE)
        machine.step("link.up", at.IDLE_ONLINE)
        kinds = [(await kiosk.hear())["part"]["kind"] for _ in range(3)]
    assert kinds == ["state", "link", "state"]


async def test_whoever_hears_of_a_state_has_heard_what_it_is_about() -> None:
    machine = StagedMachine(at.ACCEPT)
    machine.step("session.requested", at.WAITING, {"session_id": SESSION, "mode": "guest"})
    async with bridge(machine) as running, page(running) as kiosk:
        machine.step("item.dropped", at.WAITING, {"client_uuid": ITEM})
        kinds = [(await kiosk.hear())["part"]["kind"] for _ in range(2)]
    assert kinds == ["item", "state"]


async def test_what_does_not_announce_itself_is_looked_at() -> None:
    machine = StagedMachine()
    async with bridge(machine, limits=RESTLESS) as running, page(running) as kiosk:
        machine.telemetry.work = Figures(waiting=3, ambiguous=1)
        queue = await kiosk.hear_part("queue")
        machine.senses = Sensors(bin_pct=41.0, door_open=False)
        sensors = await kiosk.hear_part("sensors")
        machine.standing = (Alarm("part.sorter", "it jams", "2026-11-28T00:00:00Z"),)
        alarms = await kiosk.hear_part("alarms")
    assert (queue["waiting"], queue["ambiguous"], queue["dead"]) == (3, 1, 0)
    assert (sensors["bin_pct"], sensors["door_open"], sensors["weight_g"]) == (41.0, False, None)
    assert alarms["alarms"][0]["code"] == "part.sorter"


async def test_a_look_that_fails_is_tried_again() -> None:
    machine = StagedMachine()
    failures = iter([OSError("no disk"), ValueError("nonsense")])
    figures = machine.telemetry.figures

    async def failing() -> Figures:
        for failure in failures:
            raise failure
        return await figures()

    machine.telemetry.figures = failing  # type: ignore[method-assign]
    async with bridge(machine, limits=RESTLESS) as running, page(running) as kiosk:
        machine.telemetry.work = Figures(waiting=7)  # now: what the greeting knew is not told again
        assert (await kiosk.hear_part("queue"))["waiting"] == 7


async def test_a_page_that_comes_back_misses_nothing() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running:
        async with page(running, greets=False) as kiosk:
            hello = await kiosk.hello()
        machine.step("link.up", at.IDLE_ONLINE)
        machine.step("bin.full", (at.ONLINE, f"{at.INTAKE}.full"))
        async with page(running) as other:  # by now the bridge has told of both
            await other.say(type="alive")
            last = (await other.hear())["seq"]
        async with page(running, greets=False) as kiosk:
            resume = {"boot": hello["boot"], "seq": hello["seq"]}
            again = await kiosk.hello(resume=resume)
            missed = [await kiosk.hear() for _ in range(last - hello["seq"])]
            machine.step("bin.freed", at.IDLE_ONLINE)
            following = await kiosk.hear()
    assert (again["resumed"], again["snapshot"], again["seq"]) == (True, None, hello["seq"])
    assert [one["part"]["kind"] for one in missed] == ["link", "state", "state"]
    assert following["seq"] == last + 1


async def test_a_page_that_missed_too_much_gets_a_new_snapshot() -> None:
    machine = StagedMachine()
    async with bridge(machine, limits=Limits(remembered_events=4)) as running:
        async with page(running, greets=False) as kiosk:
            hello = await kiosk.hello()
            for _ in range(5):
                machine.step("bin.freed", at.IDLE)
                await kiosk.hear()
        async with page(running, greets=False) as kiosk:
            again = await kiosk.hello(resume={"boot": hello["boot"], "seq": hello["seq"]})
    assert again["resumed"] is False
    assert again["snapshot"] is not None
    assert again["seq"] == hello["seq"] + 5


async def test_numbers_of_another_run_or_of_the_future_mean_nothing() -> None:
    async with bridge(StagedMachine()) as running:
        async with page(running, greets=False) as kiosk:
            hello = await kiosk.hello(resume={"boot": "another", "seq": 1})
            assert hello["resumed"] is False
        async with page(running, greets=False) as kiosk:
            ahead = {"boot": hello["boot"], "seq": hello["seq"] + 1}
            assert (await kiosk.hello(resume=ahead))["resumed"] is False


async def test_steps_that_were_missed_make_everybody_begin_anew() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, page(running) as kiosk:
        for _ in range(300):  # without a chance for the bridge to read them
            machine.step("bin.freed", at.IDLE)
        machine.configuration = at.FAULT
        while (message := await kiosk.hear())["type"] != "snapshot":
            pass
        assert message["snapshot"]["state"]["configuration"] == ["fault"]
        machine.step("fault.cleared", at.CLEARING)
        assert (await kiosk.hear())["seq"] == message["seq"] + 1


async def test_a_machine_that_stops_is_still_shown() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running:
        async with page(running) as kiosk:
            machine.step("stopped", ())
            machine.stop()
            assert (await kiosk.hear_part("state"))["configuration"] == []
        async with page(running, greets=False) as late:
            assert (await late.hello())["snapshot"]["state"]["configuration"] == []
