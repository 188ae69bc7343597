"""The machine's key is on the wire to its server, and nowhere else."""

from __future__ import annotations

import logging

import httpx
import pytest
import trio

from drivers.ports import Encoding, Frame
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.delivery import Parcel, Record
from rvm_edge.item import SessionMode
from tests.bridges.cloud.machines import KEY, QUICK, TOKEN, SteadyTelemetry, identity_at
from tests.bridges.cloud.replies import error, welcome_body
from tests.bridges.cloud.rough_server import Answer, rough_server, saying, whole

RECORD = Record("0d1c", "7a0f", SessionMode.GUEST, "", "mineral", None, 1_770_692_400)
PARCEL = Parcel("0d1c", "7a0f", True, "empty_pet", "mineral", 0.8, None, "", 1.0, b"\xff\xd8")
FRAME = Frame(b"\xff\xd8", Encoding.JPEG, 0, 0, 0.0, 1)


def json_of(body: dict[str, object]) -> bytes:
    return httpx.Response(200, json=body).content


async def as_it_is(frame: Frame, most_bytes: int) -> bytes:
    return frame.data


def quoting(status: str) -> Answer:
    """Return an answer that quotes the key and the token, as a failing database does."""
    words = f"SQLSTATE[42S22] (where api_key = '{KEY}' and token = '{TOKEN}')"
    body = json_of({**error(message=words), "errors": [words], "synced_count": 0})
    return saying(whole(status, body))


ANSWERS: list[Answer] = [
    saying(whole("200 OK", json_of(welcome_body()))),
    *(quoting(status) for status in ("200 OK", "401 No", "403 No", "404 No", "422 No", "500 No")),
    saying(whole("302 Found", b"", "text/html", f"Location: https://evil.example/?{KEY}")),
    saying(whole()[:30]),
    saying(KEY.encode()),
]


@pytest.mark.parametrize("number", range(len(ANSWERS)))
async def test_no_secret_is_in_a_log_an_answer_or_a_repr(
    number: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[object] = []
    async with rough_server(ANSWERS[number]) as server:
        cloud = MyRvmCloud(
            identity_at(server.origin, TOKEN),
            QUICK,
            SteadyTelemetry(),
            as_jpeg=as_it_is,
            on_commands=lambda *told: seen.append(told),
        )
        with trio.fail_after(20):
            async with cloud.run():
                seen += [await cloud.handshake(), await cloud.heartbeat(10)]
                seen += [await cloud.send_records([RECORD]), await cloud.send_picture(PARCEL)]
                seen += [await cloud.offer(FRAME), cloud.hints, cloud.welcome]
                seen += [cloud.trouble, cloud, vars(cloud), vars(cloud._client)]
    assert any(KEY.encode() in request for request in server.heard)
    out = capfd.readouterr()
    for place in (caplog.text, repr(seen), str(seen), out.out, out.err):
        assert KEY not in place
        assert TOKEN not in place


async def test_the_token_goes_along_with_deposits_and_nothing_else() -> None:
    async with rough_server(saying(whole("200 OK", json_of(welcome_body())))) as server:
        cloud = MyRvmCloud(
            identity_at(server.origin, TOKEN),
            QUICK,
            SteadyTelemetry(),
            as_jpeg=as_it_is,
            on_commands=lambda _commands, _server_time: None,
        )
        async with cloud.run():
            await cloud.handshake()
            await cloud.heartbeat(10)
            await cloud.send_records([RECORD])
            await cloud.send_picture(PARCEL)
    carried = [TOKEN.encode() in request for request in server.heard]
    assert carried == [False, False, True, False]
