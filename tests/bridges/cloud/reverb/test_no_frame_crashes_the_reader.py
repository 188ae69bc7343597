"""Frames and payloads: whatever comes, it is read or refused, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.bridges.cloud.reverb.frames import (
    MOST_BYTES,
    Frame,
    FrameError,
    ping,
    pong,
    read_frame,
    subscribe,
)
from rvm_edge.bridges.cloud.reverb.payloads import (
    AuthorizedFrame,
    CommandFrame,
    ServerError,
    read_authorized,
    read_command,
    read_error,
    read_established,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        "event",
        "channel",
        "data",
        "command",
        "params",
        "request_id",
        "timestamp",
        "session_id",
        "user",
        "id",
        "name",
        "code",
        "message",
        "socket_id",
        "activity_timeout",
        "auth",
    ]
)
SHAPED = st.dictionaries(WORDS, JSON | st.dictionaries(WORDS, JSON, max_size=4), max_size=6)
READERS: list[Callable[[Frame], object]] = [
    read_authorized,
    read_command,
    read_error,
    read_established,
]


def refusal_of(read: Callable[[], object]) -> str:
    """Return why it was refused; "" if it was read."""
    try:
        read()
    except FrameError as refused:
        return str(refused)
    return ""


def read_everything(message: str | bytes) -> None:
    if refusal := refusal_of(lambda: read_frame(message)):
        assert len(refusal) < 300
        return
    frame = read_frame(message)
    for reader in READERS:
        assert len(refusal_of(partial(reader, frame))) < 500


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_noise_is_read_or_refused(message: str | bytes) -> None:
    read_everything(message)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    read_everything(json.dumps(value))


@given(st.text(max_size=30), SHAPED, st.booleans())
def test_any_payload_is_read_or_refused_as_a_text_and_as_an_object(
    event: str, data: object, is_text: bool
) -> None:
    payload = json.dumps(data) if is_text else data
    read_everything(json.dumps({"event": event, "data": payload, "channel": "rvm.1"}))


@pytest.mark.parametrize(
    "message",
    [
        "",
        b"\xff\xfe",
        "\ud800",
        '{"event":"\\ud800"}',
        '{"event":"x","data":"\\ud800"}',
        "[" * 9_999,
        '{"event":"x","data":' + "[" * 9_000,
        '{"event":"x","data":' + "[" * 4_000 + "]" * 4_000 + "}",
        json.dumps({"event": "x", "data": '{"params":' + "[" * 4_000 + "]" * 4_000 + "}"}),
        '{"event":"x","data":1e999999}',
        '{"event":"x","data":"1e999999"}',
        '{"event":"x","data":"{\\"code\\":1' + "0" * 5_000 + '}"}',
    ],
)
def test_the_nastiest_are_read_or_refused(message: str | bytes) -> None:
    read_everything(message)


def test_a_frame_may_weigh_ten_thousand_bytes_and_not_one_more() -> None:
    shell = len('{"event":"x","data":""}')

    def frame_of(filling: str) -> Frame:
        return read_frame('{"event":"x","data":"' + filling + '"}')

    assert len(frame_of("a" * (MOST_BYTES - shell)).data) == MOST_BYTES - shell
    for filling in ("a" * (MOST_BYTES - shell + 1), "ä" * (MOST_BYTES // 2)):
        with pytest.raises(FrameError, match="at most 10000"):
            frame_of(filling)


@given(JSON.filter(lambda value: value == value))  # noqa: PLR0124 - not a NaN
def test_a_payload_is_the_same_as_a_text_and_as_an_object(value: object) -> None:
    try:
        payload = msgspec.json.encode(value)
    except OverflowError:
        return
    if isinstance(value, str) or len(payload) > 4_000:
        return
    as_object = b'{"event":"x","data":' + payload + b"}"
    as_text = b'{"event":"x","data":' + msgspec.json.encode(payload.decode()) + b"}"
    assert read_frame(as_object) == read_frame(as_text) == Frame("x", "", payload)


def test_what_the_real_server_was_seen_to_send_is_read() -> None:
    welcome = (
        r'{"event":"pusher:connection_established",'
        r'"data":"{\"socket_id\":\"1.2\",\"activity_timeout\":30}"}'
    )
    established = read_established(read_frame(welcome))
    assert (established.socket_id, established.activity_s) == ("1.2", 30)
    command = (
        r'{"event":"hardware.command","data":"{\"command\":\"test_motor\",\"params\":{\"ms\":500},'
        r'\"request_id\":\"cmd_6b03\",\"timestamp\":\"t\"}","channel":"rvm.1"}'
    )
    assert read_command(read_frame(command)) == CommandFrame(
        "test_motor", msgspec.Raw(b'{"ms":500}'), "cmd_6b03", "t"
    )
    assert read_frame('{"event":"pusher:pong"}') == Frame("pusher:pong", "", b"null")
    error = (
        r'{"event":"pusher:error",'
        r'"data":"{\"code\":4001,\"message\":\"Application does not exist\"}"}'
    )
    told = read_error(read_frame(error))
    assert (told.code, str(told)) == (4001, "Application does not exist (4001)")
    whisper = '{"event":"client-status","channel":"c","data":{"a":1}}'
    assert read_frame(whisper) == Frame("client-status", "c", b'{"a":1}')


def test_a_user_is_known_by_number_or_by_name() -> None:
    for written, user_id in (("7", "7"), ('"u-7"', "u-7")):
        data = f'{{"session_id":"s","user":{{"id":{written}}}}}'.encode()
        assert read_authorized(Frame("x", "", data)) == AuthorizedFrame("s", user_id, "", "")


def test_an_error_is_told_in_one_short_line() -> None:
    assert str(ServerError()) == "no reason given"
    assert str(ServerError(1, "a\nb\x1b[31m" + "x" * 9_000)).startswith("a b [31mxxx")
    assert len(str(ServerError(1, "x" * 9_000))) < 150


def test_what_we_say_is_what_pusher_clients_say() -> None:
    assert ping() == '{"event":"pusher:ping","data":{}}'
    assert pong() == '{"event":"pusher:pong","data":{}}'
    assert subscribe("rvm.1") == '{"event":"pusher:subscribe","data":{"channel":"rvm.1"}}'
    assert (
        subscribe("c", "k:0") == '{"event":"pusher:subscribe","data":{"channel":"c","auth":"k:0"}}'
    )
