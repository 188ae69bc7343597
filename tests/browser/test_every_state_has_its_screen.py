"""Wherever the chart can be, people are told something, in both languages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rvm_edge.bridges.local.verbs import asked_in
from rvm_edge.statechart.build import build
from rvm_edge.statechart.explore import explore
from states.chart import CHART
from tests.node_packages import run_node

HERE = Path(__file__).parent


@pytest.fixture
def made(workshop: Path) -> list[dict[str, Any]]:
    """Every configuration that the chart can reach, with its two sheets."""
    shutil.copy(HERE / "screens.mjs", workshop)
    reached = explore(build(CHART)).configurations
    said = run_node(workshop, "screens.mjs", json.dumps(reached))
    assert said.returncode == 0, said.stdout
    sheets: list[dict[str, Any]] = json.loads(said.stdout)
    assert len(sheets) == len(reached) > 20
    return sheets


def test_no_state_is_unknown_to_the_page(made: list[dict[str, Any]]) -> None:
    names = {one["name"] for state in made for one in state["sheets"]}
    assert "unknown" not in names


def test_every_screen_says_what_is_going_on_in_both_languages(made: list[dict[str, Any]]) -> None:
    for state in made:
        indonesian, english = state["sheets"]
        for sheet in (indonesian, english):
            assert sheet["headline"], state["configuration"]
            assert sheet["advice"] or sheet["name"] == "returning", state["configuration"]
        assert indonesian["headline"] != english["headline"], state["configuration"]


def test_no_button_asks_what_the_machine_would_not_take(made: list[dict[str, Any]]) -> None:
    for state in made:
        may = {verb.value for verb in asked_in(tuple(state["configuration"]))}
        asked = {action["verb"] for sheet in state["sheets"] for action in sheet["actions"]}
        assert asked <= may, state["configuration"]


def test_people_can_begin_wherever_the_machine_lets_them(made: list[dict[str, Any]]) -> None:
    for state in made:
        may_begin = "start_session" in {
            verb.value for verb in asked_in(tuple(state["configuration"]))
        }
        offered = [one["verb"] for one in state["sheets"][0]["actions"]]
        assert ("start_session" in offered) == may_begin, state["configuration"]
