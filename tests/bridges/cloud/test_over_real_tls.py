"""The same understanding over real sockets and TLS, where faults are faults of the wire."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from drivers.ports import Frame
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.delivery import Parcel, Proof, Record
from rvm_edge.identity import Identity, Secret
from rvm_edge.item import SessionMode
from rvm_edge.machine import Standing
from rvm_edge.settings import RequestSettings
from rvm_edge.simulator.cloud import (
    Authority,
    Certificate,
    CloudServer,
    Dialect,
    Misbehaviour,
    Mishap,
    Reach,
    serving,
)
from tests.bridges.cloud.machines import SteadyTelemetry

USER_TOKEN = "1|a-user-with-a-token"  # noqa: S105 - made up
OUTERMOST_S = 30.0
GUESTS = Record("item-1", "s", SessionMode.GUEST, "", "mineral", None, 1_770_692_400)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 400_000 + b"\xff\xd9"
PARCEL = Parcel("item-1", "s", True, "empty_pet", "mineral", 0.84, None, "", 61.0, JPEG)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(params=list(Dialect), ids=lambda dialect: dialect.value)
def server(request: pytest.FixtureRequest) -> CloudServer:
    server = CloudServer(request.param)
    server.add_user(7, USER_TOKEN)
    return server


async def as_it_is(frame: Frame, most_bytes: int) -> bytes:
    return frame.data


@asynccontextmanager
async def speaking(
    server: CloudServer, authority: Authority, folder: Path, answer_s: float = 5.0
) -> AsyncIterator[MyRvmCloud]:
    """Serve, introduce the machine, and hand it over; all of it within a bound."""
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(authority.ca_pem)
    key = server.add_machine("RVM-202601-042").api_key
    settings = RequestSettings(connect_s=5, answer_s=answer_s, upload_s=5, ca_file=str(ca_file))
    with trio.fail_after(OUTERMOST_S):
        async with serving(server, tls=authority) as origin:
            cloud = MyRvmCloud(
                Identity(origin, "RVM-202601-042", "Lab", Secret(key), Secret(USER_TOKEN)),
                settings,
                SteadyTelemetry(),
                as_jpeg=as_it_is,
                on_commands=lambda _commands, _server_time: None,
            )
            async with cloud.run():
                assert await cloud.handshake() is Standing.OK
                yield cloud


async def test_everything_is_understood(
    server: CloudServer, authority: Authority, tmp_path: Path
) -> None:
    async with speaking(server, authority, tmp_path) as cloud:
        assert await cloud.heartbeat(37.0) is Standing.OK
        assert (await cloud.send_records([GUESTS])).proof is Proof.TAKEN
        assert (await cloud.send_picture(PARCEL)).proof is Proof.TAKEN
        server_now_s = cloud.server_epoch_s(time.monotonic())
    assert server.books.receipts[0].image_bytes == len(JPEG)
    assert server.books.transactions[0].session_id == "item-1"
    assert server_now_s == pytest.approx(time.time(), abs=OUTERMOST_S)


@pytest.mark.parametrize(
    ("mishap", "proof"),
    [
        (Mishap.REPLY_LOST, Proof.UNKNOWN),
        (Mishap.REPLY_SWALLOWED, Proof.UNKNOWN),
        (Mishap.REPLY_RESET, Proof.UNKNOWN),
        (Mishap.REPLY_CUT, Proof.UNKNOWN),
        (Mishap.REPLY_TWICE, Proof.TAKEN),
        (Mishap.REQUEST_CUT, Proof.UNKNOWN),
        (Mishap.REQUEST_IGNORED, Proof.UNKNOWN),
        (Mishap.HTML, Proof.UNKNOWN),
        (Mishap.REDIRECTS, Proof.UNKNOWN),
        (Mishap.THROTTLES, Proof.NOT_NOW),
    ],
)
async def test_a_fault_of_the_wire_proves_no_more_than_it_does(
    server: CloudServer, authority: Authority, tmp_path: Path, mishap: Mishap, proof: Proof
) -> None:
    async with speaking(server, authority, tmp_path, answer_s=1.0) as cloud:
        server.misbehave(Misbehaviour(mishap, "*/edge/sync-offline"))
        assert (await cloud.send_records([GUESTS])).proof is proof
        server.behave()
        assert await cloud.heartbeat(None) is Standing.OK


async def test_an_answer_to_one_request_is_never_taken_for_the_answer_to_the_next(
    server: CloudServer, authority: Authority, tmp_path: Path
) -> None:
    """A reply that comes twice on one connection must not answer what is asked there next."""
    async with speaking(server, authority, tmp_path) as cloud:
        server.misbehave(Misbehaviour(Mishap.REPLY_TWICE, "*/edge/sync-offline"))
        assert (await cloud.send_records([GUESTS])).proof is Proof.TAKEN
        server.misbehave(Misbehaviour(Mishap.FAILS, "*/edge/sync-offline", status=502))
        assert (await cloud.send_records([GUESTS])).proof is Proof.UNKNOWN


@pytest.mark.parametrize("certificate", [Certificate.EXPIRED, Certificate.UNKNOWN_AUTHORITY])
async def test_a_certificate_that_went_bad_is_named_and_nothing_is_told(
    server: CloudServer, authority: Authority, tmp_path: Path, certificate: Certificate
) -> None:
    async with speaking(server, authority, tmp_path) as cloud:
        server.reach = Reach.REFUSED  # ends the connection that is open
        assert await cloud.heartbeat(None) is Standing.UNREACHABLE
        server.reach, server.certificate = Reach.REACHED, certificate
        heard = len(server.exchanges)
        assert await cloud.heartbeat(None) is Standing.UNREACHABLE
        assert "certificate" in cloud.trouble
        assert (await cloud.send_records([GUESTS])).proof is Proof.NOT_NOW
        assert len(server.exchanges) == heard
