"""The ASCII dialect: whole lines, exactly, whatever comes between and however it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.esp32.dialect import (
    DISPLAY_MAX,
    LINE_MAX,
    REPLY_TO,
    SENSORS,
    VALUE_MAX,
    VALUE_MIN,
    Answer,
    Command,
    Reading,
    Reply,
    ReplyParser,
    encode,
    line_of,
)

REPLIES = st.sampled_from(list(Reply))
READINGS = st.builds(
    Reading,
    st.sampled_from(sorted(SENSORS, key=lambda one: one.value)),
    st.none() | st.integers(VALUE_MIN, VALUE_MAX),
)
LINE_ENDS = st.sampled_from([b"\n", b"\r\n"])
NOISE = st.one_of(
    st.binary(max_size=2 * LINE_MAX).map(lambda data: data.replace(b"\n", b"")),
    REPLIES.map(lambda reply: f"I (123) TAG: TX to RPi: [{reply.value}]".encode()),
    REPLIES.map(lambda reply: f" {reply.value}".encode()),
    REPLIES.map(lambda reply: f"{reply.value} ".encode()),
    REPLIES.map(lambda reply: f"{reply.value}{reply.value}".encode()),
    REPLIES.map(lambda reply: reply.value.lower().encode()),
    REPLIES.map(lambda reply: reply.value[:-1].encode()),
    REPLIES.map(lambda reply: f"\x1b[0;32m{reply.value}\x1b[0m".encode()),
).filter(lambda line: line.removesuffix(b"\r") not in {reply.value.encode() for reply in Reply})


@st.composite
def conversations(draw: st.DrawFn) -> tuple[bytes, list[Answer]]:
    """Bytes as the device might send them, and the replies that are really in them."""
    data = b""
    replies: list[Answer] = []
    for part in draw(st.lists(st.one_of(NOISE, REPLIES, READINGS), max_size=12)):
        if isinstance(part, Reply):
            replies.append(part)
            data += part.value.encode()
        elif isinstance(part, Reading):
            replies.append(part)
            data += line_of(part).encode()
        else:
            data += part
        data += draw(LINE_ENDS)
    return data, replies


def feed_in_pieces(data: bytes, cuts: list[int]) -> list[Answer]:
    parser = ReplyParser()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found: list[Answer] = []
    for start, end in pairwise(edges):
        found += parser.feed(data[start:end])
    return found


@given(conversation=conversations(), cuts=st.lists(st.integers(0, 2000), max_size=30))
def test_finds_exactly_the_replies_wherever_the_bytes_are_cut(
    conversation: tuple[bytes, list[Answer]], cuts: list[int]
) -> None:
    data, replies = conversation
    assert feed_in_pieces(data, cuts) == replies


@given(conversation=conversations())
def test_finds_the_same_byte_by_byte(conversation: tuple[bytes, list[Answer]]) -> None:
    data, replies = conversation
    assert feed_in_pieces(data, list(range(len(data)))) == replies


@given(garbage=st.binary(max_size=400), reply=REPLIES)
def test_recovers_at_the_next_line(garbage: bytes, reply: Reply) -> None:
    parser = ReplyParser()
    parser.feed(garbage + b"\n")
    assert parser.feed(reply.value.encode() + b"\n") == [reply]


@given(pieces=st.lists(st.binary(min_size=1, max_size=300), max_size=40))
def test_never_keeps_more_than_one_bounded_line(pieces: list[bytes]) -> None:
    parser = ReplyParser()
    for piece in pieces:
        parser.feed(piece)
        assert len(parser._line) <= LINE_MAX


def test_an_endless_line_hides_no_reply_at_its_end() -> None:
    parser = ReplyParser()
    assert parser.feed(b"x" * (LINE_MAX + 1)) == []
    assert parser.feed(b"ACK_SORTED\n") == []
    assert parser.feed(b"ACK_SORTED\n") == [Reply.SORTED]


def test_reset_forgets_the_unfinished_line() -> None:
    parser = ReplyParser()
    parser.feed(b"ACK_")
    parser.reset()
    assert parser.feed(b"SORTED\n") == []


def test_every_command_has_an_answer_of_its_own_kind() -> None:
    assert set(REPLY_TO) | SENSORS == set(Command)
    assert not set(REPLY_TO) & SENSORS
    assert set(REPLY_TO.values()) == set(Reply) - {Reply.UNKNOWN_COMMAND}


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("PING_RPI", "PONG_ESP32"),
        ("SLOT_OPEN", "ACK_SLOT_OPEN"),
        ("SLOT_CLOSE", "ACK_SLOT_CLOSED"),
        ("INTERNAL_LIGHT_ON", "ACK_LIGHT_ON"),
        ("INTERNAL_LIGHT_OFF", "ACK_LIGHT_OFF"),
        ("SORT_VALID_ITEM", "ACK_SORTED"),
        ("RETURN_REJECTED_ITEM", "ACK_ITEM_RETURNED"),
        ("INDICATE_STATUS_IDLE", "ACK_STATUS_INDICATED"),
        ("INDICATE_STATUS_PROCESSING", "ACK_STATUS_INDICATED"),
        ("INDICATE_STATUS_ERROR", "ACK_STATUS_INDICATED"),
        ("INDICATE_STATUS_SUCCESS", "ACK_STATUS_INDICATED"),
        ("INDICATE_STATUS_REJECTED", "ACK_STATUS_INDICATED"),
    ],
)
def test_speaks_the_firmware_word_for_word(command: str, reply: str) -> None:
    assert encode(Command(command)) == command.encode() + b"\n"
    assert REPLY_TO[Command(command)].value == reply


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        (b"VALUE_SCALE:84213", Reading(Command.READ_SCALE, 84213)),
        (b"VALUE_SCALE:-8388608", Reading(Command.READ_SCALE, -8_388_608)),
        (b"VALUE_TEMPERATURE:NONE\r", Reading(Command.READ_TEMPERATURE, None)),
    ],
)
def test_a_sensor_answers_by_its_name(line: bytes, reading: Reading) -> None:
    assert ReplyParser().feed(line + b"\n") == [reading]


@pytest.mark.parametrize(
    "line",
    [
        "VALUE_SCALE:",
        "VALUE_SCALE:1.5",
        "VALUE_SCALE:+1",
        "VALUE_SCALE: 1",
        "VALUE_SCALE:١",
        "VALUE_SCALE:2147483648",
        "VALUE_SCALE:12345678901",
        "VALUE_LID:1",
        "VALUE_scale:1",
        "I (9) T: TX to RPi: [VALUE_SCALE:1]",
        "VALUE_SCALE:1 g",
    ],
)
def test_what_only_looks_like_a_reading_is_none(line: str) -> None:
    assert ReplyParser().feed(f"{line}\n".encode()) == []


def test_display_carries_its_text() -> None:
    assert encode(Command.DISPLAY, "Terima kasih!") == b"DISPLAY:Terima kasih!\n"
    assert encode(Command.DISPLAY, "x" * DISPLAY_MAX).endswith(b"x\n")


@pytest.mark.parametrize("text", ["x" * (DISPLAY_MAX + 1), "a\nSORT_VALID_ITEM", "é", "\x00"])
def test_display_refuses_what_could_be_taken_for_something_else(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        encode(Command.DISPLAY, text)


def test_no_other_command_takes_a_payload() -> None:
    with pytest.raises(ValueError, match="takes no payload"):
        encode(Command.SORT_VALID_ITEM, "2")
