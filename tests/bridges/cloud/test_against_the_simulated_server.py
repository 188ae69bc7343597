"""The machine and the simulated server, in both published versions, understand each other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from drivers.ports import Encoding, Frame
from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatCommand
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.delivery import Parcel, Proof, Record
from rvm_edge.identity import Identity, Secret
from rvm_edge.item import SessionMode
from rvm_edge.machine import Standing
from rvm_edge.settings import RequestSettings
from rvm_edge.simulator.cloud import (
    Certificate,
    CloudServer,
    Dialect,
    InProcessTransport,
    Machine,
    Misbehaviour,
    Mishap,
    Reach,
)
from rvm_edge.simulator.cloud.records import Status
from tests.bridges.cloud.machines import SteadyTelemetry

BEGAN_S = 1_770_692_400.0
ORIGIN = "https://rvm.example.org"
SERIAL = "RVM-202601-042"
USER, USER_TOKEN = 7, "1|a-user-with-a-token"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 64 + b"\xff\xd9"
SETTINGS = RequestSettings(connect_s=5, answer_s=5, upload_s=30, points_per_item=25)
SYNC = "*/edge/sync-offline"

GUESTS = Record("item-1", "s", SessionMode.GUEST, "", "mineral", None, int(BEGAN_S))
USERS = replace(GUESTS, client_uuid="item-2", mode=SessionMode.USER, owner=str(USER), weight_g=18.5)
STRANGERS = replace(USERS, client_uuid="item-3", owner="7777")
PARCEL = Parcel("item-1", "s", True, "empty_pet", "mineral", 0.84, None, "3b" * 32, 61.0, JPEG)


@pytest.fixture(params=list(Dialect), ids=lambda dialect: dialect.value)
def server(request: pytest.FixtureRequest, autojump_clock: MockClock) -> CloudServer:
    server = CloudServer(
        request.param, clock=lambda: BEGAN_S + autojump_clock.current_time(), origin=ORIGIN
    )
    server.add_user(USER, USER_TOKEN)
    return server


@pytest.fixture
def machine(server: CloudServer) -> Machine:
    return server.add_machine(SERIAL, name="RVM Test Lab")


def identity_of(server: CloudServer, machine: Machine) -> Identity:
    """Return what a technician brings: for the newer version with a user's token."""
    token = Secret(USER_TOKEN) if server.dialect is Dialect.D else None
    return Identity(ORIGIN, SERIAL, "RVM Test Lab", Secret(machine.api_key), token)


async def as_it_is(frame: Frame, most_bytes: int) -> bytes:
    return frame.data


@asynccontextmanager
async def speaking(
    server: CloudServer, identity: Identity, heard: list[HeartbeatCommand] | None = None
) -> AsyncIterator[MyRvmCloud]:
    commands_heard = [] if heard is None else heard
    cloud = MyRvmCloud(
        identity,
        SETTINGS,
        SteadyTelemetry(),
        as_jpeg=as_it_is,
        on_commands=lambda commands, _server_time: commands_heard.extend(commands),
        transport=InProcessTransport(server),
        monotonic_s=trio.current_time,
    )
    async with cloud.run():
        yield cloud


async def test_the_first_handshake_succeeds_and_the_heartbeat_arrives(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        assert await cloud.handshake() is Standing.OK
        assert await cloud.heartbeat(37.2) is Standing.OK
        welcome = cloud.welcome
    assert welcome is not None
    assert (welcome.rvm_id, welcome.rvm_uuid) == (machine.rvm_id, machine.rvm_uuid)
    assert welcome.kiosk_url.startswith(f"{ORIGIN}/rvm-ui/{machine.rvm_uuid}?signature=")
    assert welcome.socket is not None
    assert welcome.socket.channel == f"rvm.{machine.rvm_uuid}"
    assert (machine.handshakes, machine.heartbeats, machine.bin_capacity) == (1, 1, 37)
    assert len(server.exchanges) == 2


async def test_the_servers_clock_is_known_to_the_second(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    server.clock.ahead_s = 86_400.0
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.heartbeat(None)
        now_s = trio.current_time()
        assert cloud.server_epoch_s(now_s) == pytest.approx(BEGAN_S + 86_400 + now_s, abs=1.0)


async def test_commands_come_home_with_their_payload(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    server.queue_command(machine, "RESTART")
    server.queue_command(machine, "TRIGGER_ACTUATOR", {"component_name": "gate"})
    heard: list[HeartbeatCommand] = []
    async with speaking(server, identity_of(server, machine), heard) as cloud:
        await cloud.heartbeat(None)
        await cloud.heartbeat(None)
    assert [one.action for one in heard] == ["RESTART", "TRIGGER_ACTUATOR"]
    assert json.loads(bytes(heard[1].payload)) == {"component_name": "gate"}


async def test_a_wrong_key_and_a_block_are_told_apart_and_a_block_can_end(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    wrong = replace(identity_of(server, machine), api_key=Secret("x" * 64))
    async with speaking(server, wrong) as cloud:
        assert await cloud.handshake() is Standing.UNAUTHORIZED
        assert await cloud.heartbeat(None) is Standing.UNAUTHORIZED
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        machine.status = Status.BLOCKED
        assert await cloud.heartbeat(None) is Standing.BLOCKED
        assert (await cloud.send_records([GUESTS])).proof in {Proof.NOT_NOW, Proof.TAKEN}
        machine.status = Status.OFFLINE
        assert await cloud.heartbeat(None) is Standing.OK


async def test_without_a_technician_the_older_version_degrades_and_the_newer_does_not_mind(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    machine.assignment = None
    async with speaking(server, identity_of(server, machine)) as cloud:
        assert await cloud.handshake() is Standing.OK
        older = server.dialect is Dialect.M
        assert await cloud.heartbeat(None) is (Standing.DEGRADED if older else Standing.OK)


async def test_another_machines_serial_fails_for_ever_and_the_technician_is_told(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    other = server.add_machine("RVM-OTHER")
    other.hardware_id = SERIAL
    async with speaking(server, identity_of(server, machine)) as cloud:
        for _ in range(3):
            assert await cloud.handshake() is Standing.UNREACHABLE
        assert "serial number" in cloud.trouble


async def test_items_are_delivered_to_whom_they_belong(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        receipt = await cloud.send_records([GUESTS, USERS])
    assert receipt.proof is Proof.TAKEN
    guests, users = server.books.transactions
    assert (guests.session_id, users.session_id) == ("item-1", "item-2")
    assert (guests.kept_at_s, users.kept_at_s) == (BEGAN_S, BEGAN_S)
    assert [(one.points, one.weight) for one in (*guests.items, *users.items)] == [
        (0, 0),
        (25, 18.5),
    ]
    newer = server.dialect is Dialect.D
    assert (guests.user_id, users.user_id) == ((-1, USER) if newer else (None, None))
    assert server.books.points_of(USER) == (25 if newer else 0)


async def test_only_the_newer_version_refuses_a_stranger_and_says_whom(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        receipt = await cloud.send_records([GUESTS, STRANGERS])
    if server.dialect is Dialect.D:
        assert receipt.proof is Proof.SOME_TAKEN
        assert receipt.errors == ("User not found: 7777",)
    else:
        assert receipt.proof is Proof.TAKEN


async def test_without_a_users_token_the_newer_version_takes_no_deposits(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    bare = replace(identity_of(server, machine), sync_token=None)
    async with speaking(server, bare) as cloud:
        await cloud.handshake()
        receipt = await cloud.send_records([GUESTS])
    newer = server.dialect is Dialect.D
    assert receipt.proof is (Proof.NOT_ALLOWED if newer else Proof.TAKEN)


@pytest.mark.parametrize(
    ("mishap", "proof"),
    [
        (Mishap.REPLY_LOST, Proof.UNKNOWN),
        (Mishap.REPLY_SWALLOWED, Proof.UNKNOWN),
        (Mishap.REPLY_RESET, Proof.UNKNOWN),
        (Mishap.REPLY_CUT, Proof.UNKNOWN),
        (Mishap.REPLY_DRIPS, Proof.UNKNOWN),
        (Mishap.REQUEST_CUT, Proof.UNKNOWN),
        (Mishap.REQUEST_IGNORED, Proof.UNKNOWN),
        (Mishap.HTML, Proof.UNKNOWN),
        (Mishap.REDIRECTS, Proof.UNKNOWN),
        (Mishap.FAILS, Proof.UNKNOWN),
        (Mishap.LATE, Proof.UNKNOWN),
        (Mishap.THROTTLES, Proof.NOT_NOW),
    ],
)
async def test_a_mishap_proves_no_more_than_it_does(
    autojump_clock: MockClock, server: CloudServer, machine: Machine, mishap: Mishap, proof: Proof
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        server.misbehave(Misbehaviour(mishap, SYNC))
        assert (await cloud.send_records([GUESTS])).proof is proof
        server.behave()
        assert (await cloud.send_records([USERS])).proof is Proof.TAKEN


@pytest.mark.parametrize(
    ("reach", "certificate"),
    [
        (Reach.REFUSED, Certificate.GOOD),
        (Reach.BLACKHOLE, Certificate.GOOD),
        (Reach.REACHED, Certificate.EXPIRED),
        (Reach.REACHED, Certificate.UNKNOWN_AUTHORITY),
    ],
)
async def test_a_server_that_is_not_reached_took_nothing(
    autojump_clock: MockClock,
    server: CloudServer,
    machine: Machine,
    reach: Reach,
    certificate: Certificate,
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        heard = len(server.exchanges)
        server.reach, server.certificate = reach, certificate
        assert await cloud.heartbeat(None) is Standing.UNREACHABLE
        if reach is not Reach.BLACKHOLE:
            assert (await cloud.send_records([GUESTS])).proof is Proof.NOT_NOW
        assert len(server.exchanges) == heard
        if certificate is Certificate.EXPIRED:
            assert "certificate has expired" in cloud.trouble


async def test_a_picture_is_kept_under_its_session_with_its_identity(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        assert (await cloud.send_picture(PARCEL)).proof is Proof.TAKEN
        escaping = replace(PARCEL, session_id="../../x")
        assert (await cloud.send_picture(escaping)).proof is Proof.TAKEN
        assert (await cloud.send_picture(replace(PARCEL, jpeg=b"no"))).proof is Proof.REFUSED
    kept = server.books.receipts
    assert [(one.client_uuid, one.session_id) for one in kept] == [
        ("item-1", "s"),
        ("item-1", "_x"),
    ]
    assert kept[0].image_bytes == len(JPEG)
    assert all(".." not in one.image_url for one in kept)


async def test_an_ordered_picture_goes_to_the_newer_version_and_is_announced(
    autojump_clock: MockClock, server: CloudServer, machine: Machine
) -> None:
    frame = Frame(JPEG, Encoding.JPEG, 0, 0, 0.0, 1)
    async with speaking(server, identity_of(server, machine)) as cloud:
        said = await cloud.offer(frame)
        await cloud.heartbeat(None)
    if server.dialect is Dialect.D:
        assert said == "the server has it"
        assert machine.capture_complete
        assert len(server.books.dataset) == 1
    else:
        assert "no place for pictures" in said
        assert not machine.capture_complete


async def test_the_screen_gets_a_code_of_this_machine(
    server: CloudServer, machine: Machine
) -> None:
    async with speaking(server, identity_of(server, machine)) as cloud:
        await cloud.handshake()
        code = await cloud.login_code()
    assert code is not None
    assert code.content.startswith("myrvm://session/")
    assert code.content.endswith(f"?m={machine.rvm_uuid}")
    assert code.lasts_s == 300.0
