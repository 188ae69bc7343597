"""One target under the fuzzer; started by `python -m tests.fuzz`."""

from __future__ import annotations

import contextlib
import sys

import atheris  # type: ignore[import-untyped] # installed by make fuzz alone

with atheris.instrument_imports(include=["rvm_edge", "drivers", "tests.fuzz"]):
    from tests.fuzz.targets import TARGETS

name = sys.argv.pop(1)
target = TARGETS[name]


def enter(data: bytes) -> None:
    with contextlib.suppress(*target.refuses):
        target.enter(data)


atheris.Setup(sys.argv, enter)
atheris.Fuzz()
