"""The doors that the fuzzer tries: each takes its seeds' like, and nothing breaks it at once."""

from __future__ import annotations

import contextlib

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


@pytest.mark.parametrize("name", ["credentials", "hardware-map", "settings", "local-bridge"])
def test_a_seed_gets_through(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].enter(seed)
