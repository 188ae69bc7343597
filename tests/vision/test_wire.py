"""Daemon and worker understand each other, and nothing else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ports import Encoding
from rvm_edge.vision.wire import (
    MAX_MESSAGE_BYTES,
    Answer,
    Compress,
    Compressed,
    Found,
    Load,
    Loaded,
    Look,
    Looked,
    Picture,
    Refused,
    Request,
    Seen,
    Splitter,
    WireError,
    decode,
    encode,
)

FOUND = Found("mineral", 0.5, (1.0, 2.0, 3.5, 4.0))
MESSAGES: list[tuple[msgspec.Struct, object]] = [
    (Load("/m.onnx", "", 2, 0.1, 0.6), Load),
    (Look(3, (Picture(0, 10, Encoding.JPEG, 0, 0),)), Request),
    (Compress(4, Picture(0, 10, Encoding.PNG, 0, 0), 300), Request),
    (Loaded(("mineral",), "a" * 64), Answer),
    (Refused("no"), Answer),
    (Compressed(4, 290), Answer),
    (Compressed(4, failed="it ends early"), Answer),
    (Looked(3, (Seen((FOUND,)), Seen(unreadable="it is empty"))), Answer),
]


@pytest.mark.parametrize(("message", "kind"), MESSAGES)
def test_a_message_arrives_as_it_was_sent(message: msgspec.Struct, kind: type[object]) -> None:
    splitter = Splitter()
    splitter.feed(encode(message))
    body = splitter.take()
    assert body is not None
    assert decode(body, kind) == message
    assert splitter.take() is None


@given(st.lists(st.binary(max_size=50), max_size=6), st.lists(st.integers(0, 60), max_size=20))
def test_any_cutting_of_the_stream_gives_the_same_bodies(
    bodies: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
    splitter, taken, rest = Splitter(), [], stream
    for cut in [*cuts, len(stream)]:
        splitter.feed(rest[:cut])
        rest = rest[cut:]
        while (body := splitter.take()) is not None:
            taken.append(body)
    assert taken == bodies


@given(st.binary(max_size=200))
def test_random_bytes_are_no_message(noise: bytes) -> None:
    for kind in (Request, Load, Answer):
        with pytest.raises(WireError):
            decode(noise, kind)  # type: ignore[arg-type] # mypy has no type for a union


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"looked","number":1,"pictures":[{"found":[["m",1.5,[0,0,1,1]]]}]}',
        b'{"type":"looked","number":1,"pictures":[{"found":[["m",0.5,[0,0,1]]]}]}',
        b'{"type":"looked","number":1,"pictures":[{"found":[["m",0.5,[-1,0,1,1]]]}]}',
        b'{"type":"looked","number":1,"pictures":[{"found":[["m",null,[0,0,1,1]]]}]}',
        b'{"type":"looked","number":1,"pictures":[' + b",".join([b"{}"] * 17) + b"]}",
        b'{"type":"loaded","names":["m"],"model_hash":"short"}',
        b'{"type":"compressed","number":1,"length":-1}',
        b'{"type":"shell","why":"x"}',
    ],
)
def test_an_answer_out_of_bounds_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        decode(body, Answer)  # type: ignore[arg-type] # mypy has no type for a union


def test_a_length_without_end_is_refused_before_anything_is_gathered() -> None:
    splitter = Splitter()
    splitter.feed((MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(WireError, match="too long"):
        splitter.take()


def test_a_message_that_the_other_side_would_refuse_is_not_sent() -> None:
    with pytest.raises(WireError, match="too long"):
        encode(Refused("x" * MAX_MESSAGE_BYTES))
