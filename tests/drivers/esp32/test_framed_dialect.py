"""Every message stands in its frame and comes back; whatever else a frame holds is no message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.esp32.dialect import DISPLAY_MAX, MOTIONS, SENSORS, VALUE_MAX, VALUE_MIN, Command
from drivers.esp32.framed_dialect import (
    CODES,
    Ack,
    Done,
    Heartbeat,
    Hello,
    Kind,
    Message,
    Nack,
    Order,
    Outcome,
    Reason,
    Sensor,
    SensorEvent,
    Stop,
    Welcome,
    read_message,
    to_frame,
)
from drivers.esp32.frames import NUMBER_MAX, PAYLOAD_MAX, Frame

SECONDS = st.integers(1, NUMBER_MAX).map(lambda milliseconds: milliseconds / 1000)
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=DISPLAY_MAX)
MOVING = sorted(MOTIONS, key=lambda one: one.value)
ASKING = sorted(SENSORS, key=lambda one: one.value)
MESSAGES = st.one_of(
    st.builds(Hello, SECONDS),
    st.builds(Welcome, SECONDS),
    st.builds(Order, st.sampled_from([one for one in Command if one is not Command.DISPLAY])),
    st.builds(Order, st.just(Command.DISPLAY), PRINTABLE),
    st.builds(
        Done,
        st.sampled_from([one for one in Command if one not in SENSORS]),
        st.sampled_from([Outcome.OK, Outcome.BLOCKED]),
    ),
    st.builds(
        Done, st.sampled_from(ASKING), st.just(Outcome.OK), st.integers(VALUE_MIN, VALUE_MAX)
    ),
    st.builds(Done, st.sampled_from(ASKING), st.just(Outcome.NO_READING)),
    st.builds(Done, st.sampled_from(MOVING), st.just(Outcome.STOPPED)),
    st.builds(Nack, st.sampled_from(Reason)),
    st.builds(SensorEvent, st.sampled_from(Sensor), st.booleans()),
    st.just(Ack()),
    st.just(Heartbeat()),
    st.just(Stop()),
)
NUMBERS = st.integers(0, NUMBER_MAX)


@given(MESSAGES, NUMBERS, NUMBERS)
def test_a_message_comes_back_equal(message: Message, session: int, number: int) -> None:
    frame = to_frame(message, session, number)
    assert (frame.session, frame.number) == (session, number)
    assert read_message(frame) == message


@given(
    st.sampled_from([one.value for one in Kind]) | st.integers(0, 255),
    st.binary(max_size=4) | st.binary(max_size=PAYLOAD_MAX),
)
def test_any_frame_is_one_message_or_none(kind: int, payload: bytes) -> None:
    frame = Frame(kind, 1, 1, payload)
    message = read_message(frame)
    assert message is None or to_frame(message, 1, 1) == frame


OPEN, SHOW, PING = CODES[Command.SLOT_OPEN], CODES[Command.DISPLAY], CODES[Command.PING]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.HELLO, b"\0\0"),
        (Kind.WELCOME, b"\0\0"),
        (Kind.WELCOME, b"\x01"),
        (Kind.ORDER, b""),
        (Kind.ORDER, b"\xff"),
        (Kind.ORDER, bytes([OPEN]) + b"text"),
        (Kind.ORDER, bytes([SHOW]) + b"\xc3"),
        (Kind.DONE, bytes([OPEN])),
        (Kind.DONE, bytes([OPEN, Outcome.OK.value, 0])),
        (Kind.DONE, bytes([PING, Outcome.STOPPED.value])),
        (Kind.DONE, bytes([OPEN, 0xFF])),
        (Kind.ACK, b"\0"),
        (Kind.STOP, b"\0"),
        (Kind.HEARTBEAT, b"\0"),
        (Kind.NACK, b""),
        (Kind.NACK, b"\xff"),
        (Kind.SENSOR_EVENT, b"\x01"),
        (Kind.SENSOR_EVENT, b"\x01\x02"),
        (Kind.SENSOR_EVENT, b"\xff\x01"),
    ],
)
def test_what_is_not_whole_or_not_known_is_no_message(kind: Kind, payload: bytes) -> None:
    assert read_message(Frame(kind.value, 1, 1, payload)) is None


def test_only_what_moves_can_have_been_stopped() -> None:
    with pytest.raises(ValueError, match="PING_RPI moves nothing"):
        to_frame(Done(Command.PING, Outcome.STOPPED), 1, 1)


def test_every_command_has_a_code_of_its_own() -> None:
    assert set(CODES) == set(Command)
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize(
    "order",
    [
        Order(Command.SLOT_OPEN, "text"),
        Order(Command.DISPLAY, "x" * (DISPLAY_MAX + 1)),
        Order(Command.DISPLAY, "terima kasih ♥"),
        Order(Command.DISPLAY, "two\nlines"),
    ],
)
def test_an_order_takes_only_a_text_that_fits(order: Order) -> None:
    with pytest.raises(ValueError, match="takes"):
        to_frame(order, 1, 1)


@pytest.mark.parametrize(
    "done",
    [
        Done(Command.READ_SCALE, Outcome.OK),
        Done(Command.READ_SCALE, Outcome.NO_READING, 5),
        Done(Command.READ_SCALE, Outcome.OK, VALUE_MAX + 1),
        Done(Command.SLOT_OPEN, Outcome.OK, 5),
        Done(Command.SLOT_OPEN, Outcome.NO_READING),
    ],
)
def test_a_reading_goes_only_with_a_sensor_that_gives_one(done: Done) -> None:
    with pytest.raises(ValueError, match=r"reading|sensor"):
        to_frame(done, 1, 1)


@pytest.mark.parametrize("seconds", [0, 0.0004, 65.6, -1])
def test_a_dead_man_takes_only_a_time_that_fits(seconds: float) -> None:
    with pytest.raises(ValueError, match="dead-man takes 1 to 65535 ms"):
        to_frame(Hello(seconds), 1)
