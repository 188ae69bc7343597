"""Every state, generated from the chart: what follows an error in it, and a `kill -9` in it.

A state without its cases in `chains.toml` fails here, so that no new state can ship without them.
To write them after a change of the chart: ``python -m tests.states.chains`` and read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from trio.testing import MockClock

from rvm_edge.simulator.truth import Fate
from states.chart import CHART
from tests.states.chains import Case, after_error_in, after_kill_in, read_cases

STATES = [path for path, state in CHART.walk() if state.activities]
KNOWN = read_cases()


def test_every_state_with_activities_has_its_cases() -> None:
    assert set(KNOWN) == set(STATES)


def holds(seen: Case, known: Case) -> None:
    assert seen.chain == known.chain
    assert seen.items == known.items
    assert seen.violations == ()


@pytest.mark.parametrize("path", STATES)
async def test_an_activity_that_fails_in_any_state_ends_where_that_is_known_to_end(
    autojump_clock: MockClock, tmp_path: Path, path: str
) -> None:
    holds(await after_error_in(path, tmp_path), KNOWN[path].error)


@pytest.mark.parametrize("path", STATES)
async def test_a_machine_that_is_killed_in_any_state_goes_on_as_that_is_known_to_go_on(
    autojump_clock: MockClock, tmp_path: Path, path: str
) -> None:
    holds(await after_kill_in(path, tmp_path), KNOWN[path].killed)


@pytest.mark.parametrize("path", STATES)
@pytest.mark.parametrize("late_s", [0.0, 0.05, 0.2, 0.4, 0.6])
async def test_killed_at_any_instant_of_a_state_the_ledger_agrees_with_the_world(
    autojump_clock: MockClock, tmp_path: Path, path: str, late_s: float
) -> None:
    case = await after_kill_in(path, tmp_path, late_s=late_s)
    credited = [item for item in case.items if item.endswith(Fate.DROPPED.value)]
    assert len(credited) == case.really_dropped
    assert case.violations == ()
