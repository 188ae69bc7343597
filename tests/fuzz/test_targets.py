"""The doors that the fuzzer tries: each takes its seeds' like, and nothing breaks it at once."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

ALL = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@ALL
@given(data=st.data())
@settings(max_examples=60)
def test_bytes_that_resemble_a_seed_are_taken_or_refused(
    target: Target, data: st.DataObject
) -> None:
    changed = bytearray(data.draw(st.sampled_from(target.seeds)))
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(changed)))
        changed[where : where + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))

    with contextlib.suppress(*target.refuses):
        target.enter(bytes(changed))


HOSTILE = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"[" * 9_000,
    b'{"a":' * 9_000,
    b'"' + b"\\" * 4_095,
    b"9" * 5_000,
    b"1e999999999",
    b"\xef\xbb\xbf{}",
    b"null",
)
"""What parsers stumble over: no UTF-8, deep nesting, numbers that are too long."""


def _worse(seed: bytes) -> Iterator[bytes]:
    """Put every hostile thing into a seed: in its place, behind it, and in the place of a value."""
    for hostile in HOSTILE:
        yield hostile
        yield seed + hostile
        for value in re.finditer(rb'"[^"]*"|[0-9]+|null', seed):
            yield seed[: value.start()] + hostile + seed[value.end() :]
            yield seed[: value.start() + 1] + hostile + seed[value.end() - 1 :]
    for value in re.finditer(rb"[{,]", seed):
        unknown = b'"unknown_key":' + b"[" * 9_000
        yield seed[: value.end()] + unknown + seed[value.end() :]


@ALL
def test_what_parsers_stumble_over_is_taken_or_refused(target: Target) -> None:
    for seed in target.seeds:
        for data in _worse(seed):
            with contextlib.suppress(*target.refuses):
                target.enter(data)


@pytest.mark.parametrize(
    "name",
    [
        "credentials",
        "wizard",
        "usb-stick",
        "hardware-map",
        "settings",
        "local-bridge",
        "transcript",
        "reverb",
        "server-answers",
        "orders",
        "model-list",
        "model-release",
        "eyes",
        "labels",
    ],
)
def test_a_seed_gets_through(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].enter(seed)
