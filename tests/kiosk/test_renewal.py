"""When a page that works is loaded anew all the same."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rvm_edge.kiosk.keeper.renewal import AGAIN, Renewal, private_mb, wall_clock

EVENING = datetime(2026, 11, 28, 21, 0, tzinfo=timezone(timedelta(hours=7)))


class Clock:
    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self, time_zone: str) -> datetime:
        return self.now.astimezone(ZoneInfo(time_zone)) if time_zone else self.now


def test_a_page_is_loaded_anew_once_each_night() -> None:
    clock = Clock()
    renewal = Renewal("03:30", 700.0, clock)
    days = []
    for hour in range(24 * 7):
        clock.now = EVENING + timedelta(hours=hour)
        if renewal.due(0.0):
            days.append(clock.now)
            renewal.done()
    assert [(one.day, one.hour) for one in days] == [
        ((EVENING + timedelta(days=day)).day, 4) for day in range(1, 8)
    ]


@pytest.mark.parametrize(
    ("time_zone", "hour"), [("Asia/Jakarta", 20), ("Asia/Jayapura", 18), ("", 3)]
)
def test_the_night_is_where_the_machine_stands(time_zone: str, hour: int) -> None:
    clock = Clock()
    clock.now = datetime(2026, 11, 28, 12, 0, tzinfo=timezone.utc)
    renewal = Renewal("03:30", 700.0, clock)
    while not renewal.due(0.0, time_zone):
        clock.now += timedelta(minutes=1)
    assert (clock.now.hour, clock.now.minute) == (hour, 30)
    assert clock.now - EVENING < timedelta(days=1)


def test_a_machine_that_is_told_where_it_stands_is_not_loaded_anew_for_that_alone() -> None:
    clock = Clock()
    renewal = Renewal("03:30", 700.0, clock)
    clock.now += timedelta(hours=7)
    assert renewal.due(0.0, "Asia/Jakarta") == "it is time"
    renewal.done()
    for time_zone in ("", "Asia/Jakarta", "Asia/Jayapura"):
        assert renewal.due(0.0, time_zone) == ""


def test_a_zone_that_the_computer_does_not_know_is_its_own() -> None:
    assert wall_clock("Asia/Jakarta").utcoffset() == timedelta(hours=7)
    own = datetime.now().astimezone().utcoffset()
    for unknown in ("", "Nowhere/At_All", "../../etc/passwd", ":/etc/localtime", "a\0b"):
        assert wall_clock(unknown).utcoffset() == own


def test_who_is_busy_at_the_time_gets_it_later() -> None:
    clock = Clock()
    renewal = Renewal("03:30", 700.0, clock)
    clock.now += timedelta(hours=14)
    assert renewal.due(0.0) == "it is time"


def test_no_time_is_never() -> None:
    clock = Clock()
    renewal = Renewal("", 700.0, clock)
    clock.now += timedelta(days=30)
    assert renewal.due(0.0) == ""


def test_a_clock_that_was_far_ahead_is_not_waited_for() -> None:
    clock = Clock()
    renewal = Renewal("03:30", 700.0, clock)
    clock.now -= timedelta(days=400)
    assert renewal.due(0.0) == "it is time"
    renewal.done()
    assert renewal.due(0.0) == ""


def test_a_page_that_has_grown_is_loaded_anew_but_not_again_and_again() -> None:
    clock = Clock()
    renewal = Renewal("", 700.0, clock)
    assert renewal.due(900.0) == ""
    clock.now += AGAIN
    assert renewal.due(699.0) == ""
    assert renewal.due(900.4) == "it holds 900 MiB"
    renewal.done()
    assert renewal.due(900.0) == ""


def test_what_processes_hold_for_themselves_is_added_up(tmp_path: Path) -> None:
    for pid, kib in ((7, 2048), (8, 1024)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "status").write_text(f"VmRSS:\t9999 kB\nRssAnon:\t{kib} kB\n")
    assert private_mb({7, 8, 9}, tmp_path) == 3.0
    assert private_mb({os.getpid()}) > 1.0
