"""The server as the rest of the machine knows it, against a server that says what a test wants."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.ports import Encoding, Frame
from rvm_edge.bridges.cloud.heartbeat_wire import MOST_COMMANDS, HeartbeatCommand
from rvm_edge.bridges.cloud.login_wire import MOST_BYTES, LoginCode
from rvm_edge.bridges.cloud.my_rvm_cloud import (
    ANOTHERS,
    FAILED_HANDSHAKES,
    MOST_SILENCE_S,
    MyRvmCloud,
)
from rvm_edge.delivery import Parcel, Proof, Receipt, Record
from rvm_edge.identity import Identity, Registration, Secret
from rvm_edge.item import SessionMode
from rvm_edge.machine import EyesError, Standing
from rvm_edge.settings import RequestSettings
from tests.bridges.cloud.machines import IDENTITY, TOKEN, SteadyTelemetry
from tests.bridges.cloud.replies import alive_body, error, welcome_body

Answer = tuple[int, dict[str, object]]

HEARTBEAT_S = 2
NOON_S = 1_770_692_400.0
GUEST = Record("item-1", "session-1", SessionMode.GUEST, "", "mineral", None, 1_770_692_400)
STRANGER = replace(GUEST, client_uuid="item-2", mode=SessionMode.USER, owner="anna")
PARCEL = Parcel("i", "s", True, "empty_pet", "mineral", 0.8, None, "", 1.0, b"\xff\xd8")
FRAME = Frame(b"\xff\xd8", Encoding.JPEG, 0, 0, 0.0, 1)
OK: Answer = (200, welcome_body())
ALIVE: Answer = (200, alive_body())
FAILS: Answer = (500, {"message": "Server Error"})


@dataclass
class Scripted:
    """A server that gives the next answer of its script, and a machine that speaks with it."""

    cloud: MyRvmCloud
    script: deque[Answer]
    heard: list[httpx.Request] = field(default_factory=list)
    commands: list[tuple[Sequence[HeartbeatCommand], str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, number: int) -> dict[str, Any]:
        """Return what the machine sent in its n-th request."""
        read: dict[str, Any] = json.loads(self.heard[number].content)
        return read


async def as_it_is(frame: Frame, most_bytes: int) -> bytes:
    assert most_bytes < 1024 * 1024
    return frame.data


@asynccontextmanager
async def speaking(
    *script: Answer,
    identity: Identity | None = IDENTITY,
    headers: dict[str, str] | None = None,
    blind: bool = False,
) -> AsyncIterator[Scripted]:
    async def server(request: httpx.Request) -> httpx.Response:
        rig.heard.append(request)
        status, body = rig.script.popleft()
        await trio.sleep(HEARTBEAT_S if request.url.path.endswith("heartbeat") else 1)
        stream = httpx.ByteStream(json.dumps(body).encode())
        told = {"Content-Type": "application/json", **rig.headers}
        return httpx.Response(status, headers=told, stream=stream)

    async def sees_nothing(frame: Frame, most_bytes: int) -> bytes:
        raise EyesError("no worker")

    cloud = MyRvmCloud(
        identity,
        RequestSettings(points_per_item=25),
        SteadyTelemetry(),
        as_jpeg=sees_nothing if blind else as_it_is,
        on_commands=lambda commands, told_at: rig.commands.append((commands, told_at)),
        transport=httpx.MockTransport(server),
        monotonic_s=trio.current_time,
    )
    rig = Scripted(cloud, deque(script), headers=headers or {})
    async with cloud.run():
        yield rig


async def test_a_good_handshake_teaches_the_machine_its_number_and_the_time(
    autojump_clock: MockClock,
) -> None:
    date = {"Date": "Tue, 10 Feb 2026 03:00:00 GMT"}
    async with speaking(OK, ALIVE, headers=date) as rig:
        assert (rig.cloud.welcome, rig.cloud.last_contact_s) == (None, None)
        began_s = trio.current_time()
        assert await rig.cloud.handshake() is Standing.OK
        assert rig.cloud.welcome is not None
        assert rig.cloud.welcome.rvm_id == 42
        assert rig.cloud.server_epoch_s(began_s + 0.5) == pytest.approx(NOON_S)
        assert rig.cloud.last_contact_s == pytest.approx(began_s + 1)
        assert rig.cloud.trouble == ""
        await rig.cloud.heartbeat(37.0)
    assert "X-RVM-Machine-ID" not in rig.heard[0].headers
    assert rig.heard[1].headers["X-RVM-Machine-ID"] == "42"
    assert "ip_local" in rig.body(0)


async def test_a_handshake_that_the_server_failed_over_is_tried_once_more_at_once(
    autojump_clock: MockClock,
) -> None:
    async with speaking(FAILS, OK, FAILS, FAILS) as rig:
        assert await rig.cloud.handshake() is Standing.OK
        assert rig.body(0) == rig.body(1)
        assert await rig.cloud.handshake() is Standing.UNREACHABLE
        assert len(rig.heard) == 4


async def test_a_server_that_keeps_failing_makes_the_technician_look_at_the_serial(
    autojump_clock: MockClock,
) -> None:
    async with speaking(*[FAILS] * 2 * FAILED_HANDSHAKES, OK) as rig:
        for _ in range(FAILED_HANDSHAKES - 1):
            await rig.cloud.handshake()
            assert "serial" not in rig.cloud.trouble
        await rig.cloud.handshake()
        assert "serial number" in rig.cloud.trouble
        await rig.cloud.handshake()
        assert rig.cloud.trouble == ""


async def test_a_heartbeat_tells_the_servers_time_and_hands_its_commands_on(
    autojump_clock: MockClock,
) -> None:
    queued = [
        {"action": "RESTART", "timestamp": "2026-02-10T09:59:00+07:00"},
        {"action": "TRIGGER_ACTUATOR", "payload": {"component_name": "gate"}, "timestamp": "t"},
        {"action": 7},
    ]
    async with speaking((200, alive_body(commands=queued)), ALIVE) as rig:
        began_s = trio.current_time()
        assert await rig.cloud.heartbeat(None) is Standing.OK
        assert rig.cloud.server_epoch_s(began_s + HEARTBEAT_S / 2) == pytest.approx(NOON_S)
        assert await rig.cloud.heartbeat(None) is Standing.OK
    [(commands, server_time)] = rig.commands
    assert [one.action for one in commands] == ["RESTART", "TRIGGER_ACTUATOR", ""]
    assert commands[0].timestamp == "2026-02-10T09:59:00+07:00"
    assert json.loads(bytes(commands[1].payload)) == {"component_name": "gate"}
    assert server_time == "2026-02-10T10:00:00+07:00"


async def test_a_flood_of_commands_is_cut(autojump_clock: MockClock) -> None:
    flood = [{"action": f"A{number}"} for number in range(MOST_COMMANDS + 5)]
    async with speaking((200, alive_body(commands=flood))) as rig:
        await rig.cloud.heartbeat(None)
    [(commands, _)] = rig.commands
    assert [one.action for one in commands] == [f"A{number}" for number in range(MOST_COMMANDS)]


async def test_a_machine_that_nobody_looks_after_says_so_and_is_in_contact(
    autojump_clock: MockClock,
) -> None:
    async with speaking((403, error(message="Heartbeat rejected")), ALIVE) as rig:
        assert await rig.cloud.heartbeat(1.0) is Standing.DEGRADED
        assert "no technician is assigned" in rig.cloud.trouble
        assert rig.cloud.last_contact_s is not None
        assert await rig.cloud.heartbeat(1.0) is Standing.OK
        assert rig.cloud.hints == ()


async def test_the_last_contact_stays_when_the_server_goes(autojump_clock: MockClock) -> None:
    async with speaking(ALIVE, FAILS) as rig:
        await rig.cloud.heartbeat(1.0)
        before_s = rig.cloud.last_contact_s
        assert await rig.cloud.heartbeat(1.0) is Standing.UNREACHABLE
        assert rig.cloud.last_contact_s == before_s


async def test_a_server_that_wants_to_be_left_alone_is_left_alone_but_not_for_ever(
    autojump_clock: MockClock,
) -> None:
    busy: Answer = (503, error())
    async with speaking(busy, ALIVE, busy, ALIVE, headers={"Retry-After": "60"}) as rig:
        assert await rig.cloud.heartbeat(1.0) is Standing.UNREACHABLE
        assert await rig.cloud.heartbeat(1.0) is Standing.UNREACHABLE
        assert await rig.cloud.handshake() is Standing.UNREACHABLE
        assert len(rig.heard) == 1
        await trio.sleep(60)
        assert await rig.cloud.heartbeat(1.0) is Standing.OK
        rig.headers["Retry-After"] = "999999"
        assert await rig.cloud.heartbeat(1.0) is Standing.UNREACHABLE
        await trio.sleep(MOST_SILENCE_S)
        assert await rig.cloud.heartbeat(1.0) is Standing.OK


async def test_before_a_handshake_no_deposit_is_sent(autojump_clock: MockClock) -> None:
    async with speaking() as rig:
        receipt = await rig.cloud.send_records([GUEST])
    assert receipt.proof is Proof.NOT_NOW
    assert rig.heard == []


async def test_what_another_machine_took_is_never_sent_as_this_one(
    autojump_clock: MockClock,
) -> None:
    other = Registration(IDENTITY.server_url, "RVM-202601-999")
    own, anothers = (replace(GUEST, taken_by=who) for who in (IDENTITY.registration, other))
    counted: Answer = (200, {"status": "success", "synced_count": 1})
    async with speaking(OK, counted) as rig:
        await rig.cloud.handshake()
        assert (await rig.cloud.send_records([own])).proof is Proof.TAKEN
        assert (await rig.cloud.send_records([anothers])).proof is Proof.NOT_NOW
        assert (await rig.cloud.send_records([own, anothers])).proof is Proof.NOT_NOW
        receipt = await rig.cloud.send_picture(replace(PARCEL, taken_by=other))
        assert receipt == Receipt(Proof.NOT_NOW, ANOTHERS)
        assert len(rig.heard) == 2


async def test_deposits_go_where_the_welcome_said_and_users_earn_what_the_settings_say(
    autojump_clock: MockClock,
) -> None:
    policy = {"system_donation_user_id": 9}
    user = replace(GUEST, mode=SessionMode.USER, owner="7")
    counted: Answer = (200, {"status": "success", "synced_count": 2})
    async with speaking((200, welcome_body(policy=policy)), counted) as rig:
        await rig.cloud.handshake()
        assert await rig.cloud.send_records([GUEST, user]) == Receipt(Proof.TAKEN)
    sent = rig.body(1)["transactions"]
    assert [one["user_id"] for one in sent] == [9, 7]
    assert [one["items"][0]["points"] for one in sent] == [0, 25]
    assert "Authorization" not in rig.heard[1].headers


async def test_a_users_token_goes_along_where_there_is_one(autojump_clock: MockClock) -> None:
    async with speaking(OK, FAILS, identity=replace(IDENTITY, sync_token=Secret(TOKEN))) as rig:
        await rig.cloud.handshake()
        await rig.cloud.send_records([GUEST])
    assert rig.heard[1].headers["Authorization"] == f"Bearer {TOKEN}"


async def test_nothing_to_deliver_is_delivered_without_a_word(autojump_clock: MockClock) -> None:
    async with speaking() as rig:
        assert await rig.cloud.send_records([]) == Receipt(Proof.TAKEN)


async def test_an_owner_that_the_server_cannot_know_is_refused_here_and_not_sent(
    autojump_clock: MockClock,
) -> None:
    async with speaking(OK) as rig:
        await rig.cloud.handshake()
        alone = await rig.cloud.send_records([STRANGER])
        among = await rig.cloud.send_records([GUEST, STRANGER])
        assert len(rig.heard) == 1
    assert (alone.proof, among.proof) == (Proof.REFUSED, Proof.ROLLED_BACK)
    assert "item-2" in alone.why


async def test_a_key_that_may_not_deliver_is_a_hint_until_it_may(autojump_clock: MockClock) -> None:
    bare: Answer = (401, {"message": "Unauthenticated."})
    taken: Answer = (200, {"status": "success", "synced_count": 1})
    async with speaking(OK, bare, taken) as rig:
        await rig.cloud.handshake()
        assert (await rig.cloud.send_records([GUEST])).proof is Proof.NOT_ALLOWED
        assert "sync_token" in rig.cloud.trouble
        assert (await rig.cloud.send_records([GUEST])).proof is Proof.TAKEN
        assert rig.cloud.trouble == ""


async def test_a_picture_is_taken_without_any_handshake(autojump_clock: MockClock) -> None:
    async with speaking((201, {"status": "success"})) as rig:
        assert (await rig.cloud.send_picture(PARCEL)).proof is Proof.TAKEN
    assert rig.heard[0].url.path == "/api/v1/edge/deposit"


async def test_a_picture_that_was_ordered_is_announced_once_in_the_next_heartbeat(
    autojump_clock: MockClock,
) -> None:
    async with speaking((201, {"success": True}), FAILS, ALIVE, ALIVE) as rig:
        assert await rig.cloud.offer(FRAME) == "the server has it"
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.heartbeat(1.0)
    assert [rig.body(number).get("capture_complete") for number in (1, 2, 3)] == [True, True, None]


async def test_a_picture_that_comes_during_a_heartbeat_is_announced_by_the_next(
    autojump_clock: MockClock,
) -> None:
    taken: Answer = (201, {"success": True})
    async with speaking(taken, ALIVE, taken, ALIVE, ALIVE) as rig:
        await rig.cloud.offer(FRAME)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.cloud.heartbeat, 1.0)
            await wait_all_tasks_blocked()
            nursery.start_soon(rig.cloud.offer, FRAME)
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.heartbeat(1.0)
    assert [rig.body(number).get("capture_complete") for number in (1, 3, 4)] == [True, True, None]


async def test_two_heartbeats_at_once_take_no_picture_off_the_count_twice(
    autojump_clock: MockClock,
) -> None:
    taken: Answer = (201, {"success": True})
    async with speaking(taken, ALIVE, ALIVE, ALIVE, taken, ALIVE, ALIVE) as rig:
        await rig.cloud.offer(FRAME)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.cloud.heartbeat, 1.0)
            nursery.start_soon(rig.cloud.heartbeat, 1.0)
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.offer(FRAME)
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.heartbeat(1.0)
    announced = [rig.body(number).get("capture_complete") for number in (1, 2, 3, 5, 6)]
    assert announced == [True, True, None, True, None]


async def test_what_was_sent_as_another_machine_is_not_announced_as_this_one(
    autojump_clock: MockClock,
) -> None:
    taken: Answer = (201, {"success": True})
    async with speaking(taken, ALIVE, ALIVE, taken, ALIVE) as rig:
        await rig.cloud.offer(FRAME)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.cloud.heartbeat, 1.0)
            await wait_all_tasks_blocked()
            rig.cloud.become(IDENTITY)
        await rig.cloud.heartbeat(1.0)
        await rig.cloud.offer(FRAME)
        await rig.cloud.heartbeat(1.0)
    announced = [rig.body(number).get("capture_complete") for number in (1, 2, 4)]
    assert announced == [True, None, True]


async def test_a_server_without_a_place_for_ordered_pictures_is_told_of(
    autojump_clock: MockClock,
) -> None:
    async with speaking((404, {"message": "The route could not be found."}), ALIVE) as rig:
        assert "no place for pictures" in await rig.cloud.offer(FRAME)
        await rig.cloud.heartbeat(1.0)
    assert "capture_complete" not in rig.body(1)


async def test_eyes_that_make_no_picture_are_told_of(autojump_clock: MockClock) -> None:
    async with speaking(blind=True) as rig:
        assert await rig.cloud.offer(FRAME) == "there is no picture to send: no worker"
    assert rig.heard == []


async def test_a_machine_without_credentials_reaches_nobody_and_raises_nothing(
    autojump_clock: MockClock,
) -> None:
    async with speaking(identity=None) as rig:
        assert await rig.cloud.handshake() is Standing.UNREACHABLE
        assert await rig.cloud.heartbeat(1.0) is Standing.UNREACHABLE
        assert (await rig.cloud.send_records([GUEST])).proof is Proof.NOT_NOW
        assert (await rig.cloud.send_picture(PARCEL)).proof is Proof.NOT_NOW
    assert rig.heard == []


async def test_new_credentials_make_another_machine_that_knows_nothing_yet(
    autojump_clock: MockClock,
) -> None:
    async with speaking(OK, ALIVE) as rig:
        await rig.cloud.handshake()
        rig.cloud.become(replace(IDENTITY, server_url="https://other.example"))
        assert rig.cloud.welcome is None
        assert rig.cloud.last_contact_s is None
        await rig.cloud.heartbeat(1.0)
    assert rig.heard[1].url.host == "other.example"
    assert "X-RVM-Machine-ID" not in rig.heard[1].headers


async def test_a_state_that_ends_cancels_what_it_asked(autojump_clock: MockClock) -> None:
    async with speaking(OK) as rig:
        with trio.move_on_after(0.5) as state:
            await rig.cloud.handshake()
        assert state.cancelled_caught
        assert rig.cloud.welcome is None


async def test_a_trouble_is_logged_once_and_its_end_too(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="rvm_edge.bridges.cloud.troubles")
    async with speaking(FAILS, FAILS, ALIVE, ALIVE) as rig:
        for _ in range(4):
            await rig.cloud.heartbeat(1.0)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.parametrize(
    ("answer", "signature"),
    [
        ((200, {"auth": "key:abc"}), "key:abc"),
        ((403, {"auth": "key:abc"}), None),
        ((404, {"message": "The route broadcasting/auth could not be found."}), None),
        ((200, {"auth": ""}), None),
        ((200, {"auth": "k" * 201}), None),
        ((200, {}), None),
    ],
)
async def test_a_private_channel_is_signed_by_the_server_or_not_at_all(
    autojump_clock: MockClock, answer: Answer, signature: str | None
) -> None:
    async with speaking(answer) as rig:
        assert await rig.cloud.authorize_channel("2841.9", "private-rvm.x") == signature
        assert rig.heard[0].url.path == "/broadcasting/auth"
        assert rig.body(0) == {"socket_id": "2841.9", "channel_name": "private-rvm.x"}


CODE = "myrvm://session/4f1c0d9e?m=7a0f8e52"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, {"data": {"qr_content": CODE, "expires_in": 300}}), LoginCode(CODE, 300.0)),
        ((429, {"data": {"qr_content": CODE, "expires_in": 300}}), None),
        ((404, {"status": "error", "message": "Machine not found"}), None),
        ((200, {"data": {"qr_content": "https://evil.test/login", "expires_in": 300}}), None),
        ((200, {"data": {"qr_content": f"{CODE} and more", "expires_in": 300}}), None),
        ((200, {"data": {"qr_content": CODE.ljust(MOST_BYTES + 1, "x"), "expires_in": 300}}), None),
        ((200, {"data": {"qr_content": CODE, "expires_in": 0}}), None),
        ((200, {"data": {"qr_content": CODE}}), None),
        ((200, {}), None),
    ],
)
async def test_the_code_to_log_in_with_is_the_apps_or_none(
    autojump_clock: MockClock, answer: Answer, code: LoginCode | None
) -> None:
    async with speaking(OK, answer) as rig:
        assert await rig.cloud.login_code() is None  # nobody knows yet who asks
        await rig.cloud.handshake()
        assert await rig.cloud.login_code() == code
        assert len(rig.heard) == 2
        assert rig.heard[1].url.path == "/api/v1/kiosk/session/token"
        assert rig.cloud.welcome is not None
        assert rig.heard[1].headers["X-Machine-UUID"] == rig.cloud.welcome.rvm_uuid
