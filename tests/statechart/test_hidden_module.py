"""What a library imports only if it can is not loaded where nobody needs it."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from rvm_edge.statechart.hidden_module import hidden
from tests.loaded import loaded


def test_a_module_that_is_hidden_cannot_be_imported_and_can_be_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with hidden("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").__name__ == "colorsys"


def test_a_module_that_is_loaded_already_stays() -> None:
    with hidden("subprocess"):
        assert sys.modules["subprocess"] is subprocess
    assert sys.modules["subprocess"] is subprocess


def test_the_engine_loads_no_second_kind_of_event_loop() -> None:
    assert loaded("import trio, rvm_edge.statechart.decider", "asyncio") == []
