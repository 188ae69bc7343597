"""When something happened by the server's clock, whatever the machine's wall clock did."""

from __future__ import annotations

import math
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.ledger import Ledger, RefusedStepError, check, open_ledger
from rvm_edge.ledger.anchors import wall_epoch_s
from rvm_edge.ledger.clock import utc_text
from rvm_edge.offload import inline
from tests.ledger.scenes import TestClock, connection_of, drop

EPOCH_S = 1_900_000_000.0


def anchors(ledger: Ledger) -> list[tuple[int, float, float]]:
    return (
        connection_of(ledger)
        .execute("SELECT opening, mono_s, server_epoch_s FROM clock_anchors")
        .fetchall()
    )


async def dropped_at_s(ledger: Ledger) -> list[int]:
    return [one.record.dropped_at_s for one in await ledger.outbox.next_batch(100)]


async def test_anchors_are_an_hour_apart(ledger: Ledger) -> None:
    for mono_s in (10.0, 11.0, 3_000.0, 3_609.0, 3_610.0, 7_209.0, 7_210.0):
        await ledger.outbox.anchor(mono_s, EPOCH_S + mono_s)
    assert [mono_s for _, mono_s, _ in anchors(ledger)] == [10.0, 3_610.0, 7_210.0]


async def test_a_server_that_sets_its_clock_gets_a_new_anchor(ledger: Ledger) -> None:
    for mono_s, ahead_s in ((10.0, 0.0), (20.0, 1.9), (30.0, 60.0), (40.0, 60.0), (50.0, 0.0)):
        await ledger.outbox.anchor(mono_s, EPOCH_S + mono_s + ahead_s)
    assert [mono_s for _, mono_s, _ in anchors(ledger)] == [10.0, 30.0, 50.0]


async def test_an_older_moment_than_the_last_is_not_news(ledger: Ledger) -> None:
    await ledger.outbox.anchor(10_000.0, EPOCH_S)
    await ledger.outbox.anchor(10.0, EPOCH_S)
    await ledger.outbox.anchor(10_000.0, EPOCH_S + 99)
    assert anchors(ledger) == [(1, 10_000.0, EPOCH_S)]


@pytest.mark.parametrize(
    ("mono_s", "epoch_s"),
    [
        (math.nan, EPOCH_S),
        (math.inf, EPOCH_S),
        (1.0, math.inf),
        (1.0, math.nan),
        (1.0, -1.0),
        (1.0, 1e15),
    ],
)
async def test_a_moment_that_is_none_is_refused(
    ledger: Ledger, mono_s: float, epoch_s: float
) -> None:
    with pytest.raises(RefusedStepError):
        await ledger.outbox.anchor(mono_s, epoch_s)


async def test_an_item_is_told_by_the_first_anchor_after_it_else_by_the_last_before_it(
    ledger: Ledger, clock: TestClock
) -> None:
    settled: list[float] = []
    for mono_s in (1_000.0, 2_000.0, 3_000.0):
        clock.mono = mono_s
        await drop(ledger, 1)
        settled.append(clock.mono - 1)  # closing the session reads the clock once more
    # Each anchor shifts the server's time, so that it can be told by which one an item was told.
    for mono_s, ahead_s in ((1_500.0, 100.0), (1_900.0, 300.0), (2_500.0, 500.0)):
        await ledger.outbox.anchor(mono_s, EPOCH_S + mono_s + ahead_s)
    expected = [
        EPOCH_S + moment + ahead_s
        for moment, ahead_s in zip(settled, (100.0, 500.0, 500.0), strict=True)
    ]
    assert await dropped_at_s(ledger) == [int(moment) for moment in expected]


async def test_an_opening_without_an_anchor_keeps_its_wall_time(
    path: Path, clock: TestClock
) -> None:
    async with open_ledger(path, inline, clock) as ledger:
        await drop(ledger, 1)
        (record,) = await ledger.recent(1)
    clock.mono = 0.0
    async with open_ledger(path, inline, clock) as ledger:
        await ledger.outbox.anchor(500.0, EPOCH_S)
        await drop(ledger, 1)
        first, second = await dropped_at_s(ledger)
    assert record.settled_at is not None
    assert first == int(wall_epoch_s(record.settled_at))
    assert abs(second - EPOCH_S) < 1_000
    assert check(path).violations == ()


@given(moment=st.datetimes(timezones=st.just(timezone.utc)))
def test_a_written_moment_is_read_back(moment: datetime) -> None:
    assert wall_epoch_s(utc_text(moment)) == moment.timestamp()


def test_a_moment_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()
    try:
        assert wall_epoch_s("1970-01-02T00:00:00.000000Z") == 86_400.0
    finally:
        monkeypatch.undo()
        time.tzset()
