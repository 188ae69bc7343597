"""What the server makes of timestamps: instants become its wall clock, offsets are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvm_edge.simulator.cloud import Dialect, ServerClock

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 - wall clocks
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
DIALECTS = st.sampled_from(Dialect)


def clock(dialect: Dialect) -> ServerClock:
    return ServerClock(lambda: 0.0, dialect.zone)


@given(dialect=DIALECTS, wall=MOMENTS, offset=OFFSETS)
def test_a_text_keeps_its_wall_clock(dialect: Dialect, wall: datetime, offset: timezone) -> None:
    kept = clock(dialect).keep(wall.replace(tzinfo=offset).isoformat())
    assert kept == wall.strftime("%Y-%m-%d %H:%M:%S")


@given(dialect=DIALECTS, at_s=st.integers(0, 4_000_000_000))
def test_a_number_keeps_its_instant(dialect: Dialect, at_s: int) -> None:
    its = clock(dialect)
    assert its.keep(at_s) == its.keep(str(at_s))
    assert its.instant_s(its.keep(at_s)) == at_s


@given(dialect=DIALECTS, sent=st.text() | st.floats() | st.integers())
@example(dialect=Dialect.M, sent=-30610249201.0)  # in the year 999
def test_anything_else_is_no_time(dialect: Dialect, sent: str | float) -> None:
    try:
        kept = clock(dialect).keep(sent)
    except ValueError:
        return
    assert clock(dialect).keep(kept) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-02-10 10:00", "2026-02-10 10:00:00"),
        ("2026-02-10T10:00:00.123456Z", "2026-02-10 10:00:00"),
        ("2026-02-10T10:00:00+0700", "2026-02-10 10:00:00"),
    ],
)
def test_other_ways_to_write_it(sent: str, kept: str) -> None:
    assert clock(Dialect.M).keep(sent) == kept


def test_it_can_be_wrong() -> None:
    its = clock(Dialect.M)
    assert its.iso() == "1970-01-01T07:00:00+07:00"
    its.ahead_s = 86_400
    assert (its.iso(), its.day()) == ("1970-01-02T07:00:00+07:00", "1970-01-02")
