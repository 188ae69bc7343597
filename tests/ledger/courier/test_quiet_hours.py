"""When rejected items' pictures go up, on any day, across midnight, each machine for itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.ledger.courier.quiet_hours import QuietHours
from rvm_edge.settings.cloud import EvidenceSettings

HOUR_S = 3600.0
TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")


def hours(begin: str, end: str, chance: float = 0.0) -> QuietHours:
    return QuietHours(EvidenceSettings(quiet_from=begin, quiet_until=end), lambda: chance)


@pytest.mark.parametrize(
    ("begin", "end", "now", "wait_h"),
    [
        ("00:00", "05:00", "04:59", 0.0),
        ("00:00", "05:00", "05:00", 19.0),
        ("00:00", "05:00", "23:00", 1.0),
        ("22:00", "04:00", "23:00", 0.0),
        ("22:00", "04:00", "03:59", 0.0),
        ("22:00", "04:00", "04:00", 18.0),
        ("22:30", "04:15", "22:15", 0.25),
        ("22:30", "04:15", "04:14", 0.0),
        ("22:30", "04:15", "04:15", 18.25),
        ("03:00", "03:00", "02:59", 0.0),
        ("03:00", "03:00", "03:00", 0.0),
    ],
)
def test_the_window_is_open_or_so_far_away(begin: str, end: str, now: str, wait_h: float) -> None:
    moment = datetime.fromisoformat(f"2026-03-01T{now}")
    assert hours(begin, end).wait_s(moment) == wait_h * HOUR_S


def test_each_machine_begins_in_the_first_half_at_a_moment_of_its_own() -> None:
    midnight = datetime(2026, 3, 1)  # noqa: DTZ001 - local time
    waits = [hours("00:00", "05:00", chance).wait_s(midnight) for chance in (0.0, 0.5, 0.999)]
    assert waits == [0.0, 1.25 * HOUR_S, pytest.approx(2.5 * HOUR_S, rel=0.01)]


def test_the_moment_is_drawn_once_a_night() -> None:
    draws = iter([0.2, 0.8])
    quiet = QuietHours(
        EvidenceSettings(quiet_from="00:00", quiet_until="04:00"), lambda: next(draws)
    )
    begin = datetime(2026, 3, 1)  # noqa: DTZ001 - local time
    assert quiet.wait_s(begin) == pytest.approx(0.4 * HOUR_S)
    assert quiet.wait_s(begin + timedelta(minutes=12)) == pytest.approx(0.2 * HOUR_S)
    assert quiet.wait_s(begin + timedelta(hours=1)) == 0.0
    assert quiet.wait_s(begin + timedelta(hours=24)) == pytest.approx(1.6 * HOUR_S)


@given(
    begin=TIMES,
    end=TIMES,
    now=st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)),  # noqa: DTZ001 - local time
    chance=st.floats(0, 1, exclude_max=True),
)
def test_whoever_waits_as_long_as_it_says_is_in_the_window(
    begin: str, end: str, now: datetime, chance: float
) -> None:
    quiet = hours(begin, end, chance)
    wait_s = quiet.wait_s(now)
    assert 0 <= wait_s <= 36 * HOUR_S
    then = now + timedelta(seconds=wait_s, microseconds=1)
    assert quiet.wait_s(then) == 0.0 or then.strftime("%H:%M") == end
