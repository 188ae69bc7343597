"""`rvm-edge demo --headless --outages`: a day with a server that goes away, accounted for."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import msgspec
import pytest

DIALECTS = ["M", "D"]
MEASURED = ("wall_s", "verdict_ms_p50", "verdict_ms_p99")


class Account(msgspec.Struct, frozen=True):
    """What is relied on of the account."""

    items: int
    dropped: int
    lost: int
    duplicated: int
    violations: int
    journal_ok: bool
    faults_by_kind: dict[str, int]
    delivered: int
    duplicated_on_server: int
    ambiguous: int
    dead_letter: int
    on_server: int
    points_due: int
    points_on_server: int
    wrong: tuple[str, ...]


def demo(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rvm_edge", "demo", "--headless", "--virtual", "--json", *options],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def account(*options: str) -> Account:
    return msgspec.json.decode(demo(*options), type=Account)


@cache
def a_days_account(dialect: str) -> str:
    return outages(dialect)


def outages(dialect: str) -> str:
    return demo("--items", "60", "--outages", "3", "--dialect", dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_everything_that_dropped_is_at_the_server_after_the_outages(dialect: str) -> None:
    found = msgspec.json.decode(a_days_account(dialect), type=Account)
    assert found.wrong == ()
    assert (found.lost, found.duplicated, found.violations) == (0, 0, 0)
    assert found.journal_ok
    assert found.items == 60
    assert found.faults_by_kind["outage"] == 3
    assert found.dropped > 0
    assert found.delivered == found.on_server == found.dropped
    assert found.dead_letter == 0


def test_a_server_that_knows_repetitions_has_nothing_twice_and_the_points_are_right() -> None:
    found = msgspec.json.decode(a_days_account("D"), type=Account)
    assert found.duplicated_on_server == 0
    assert found.points_on_server == found.points_due


def test_a_server_that_knows_none_has_copies_only_where_a_reply_was_lost() -> None:
    found = msgspec.json.decode(a_days_account("M"), type=Account)
    assert found.duplicated_on_server <= found.ambiguous
    assert found.points_on_server - found.points_due <= 10 * found.duplicated_on_server


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_seed_gives_the_same_account(dialect: str) -> None:
    first, second = json.loads(a_days_account(dialect)), json.loads(outages(dialect))
    for measured in MEASURED:
        del first[measured], second[measured]
    assert first == second


def test_without_outages_no_reply_is_lost_and_nothing_is_in_doubt() -> None:
    found = account("--items", "20", "--dialect", "M")
    assert (found.ambiguous, found.duplicated_on_server, found.dead_letter) == (0, 0, 0)
    assert found.faults_by_kind == {}
    assert found.delivered == found.dropped


def test_outages_beside_failing_parts_and_tricks_lose_nothing_either() -> None:
    found = account("--items", "60", "--outages", "3", "--faults", "--dialect", "M")
    assert found.wrong == ()
    assert found.delivered == found.on_server == found.dropped
