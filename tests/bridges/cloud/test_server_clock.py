"""The server's clock is learned from its answers, and how long it wants to be left alone."""

from __future__ import annotations

import pytest

from rvm_edge.bridges.cloud.exchange import Exchange, Reply
from rvm_edge.bridges.cloud.patience import MOST_S, retry_after_s
from rvm_edge.bridges.cloud.server_clock import ServerClock, http_epoch_s, iso_epoch_s

NOON_S = 1_770_692_400.0  # 2026-02-10T03:00:00Z
DATE = "Tue, 10 Feb 2026 03:00:00 GMT"
EARLIER = "Tue, 10 Feb 2026 02:00:00 GMT"


def at(started_s: float, ended_s: float, date: str = "") -> Exchange:
    return Exchange(Reply(200, "application/json", b"", None, date), "", started_s, ended_s)


def test_a_clock_that_was_never_told_shows_nothing() -> None:
    clock = ServerClock()
    assert clock.epoch_s(100.0) is None
    clock.learn(at(10, 12))
    assert clock.epoch_s(100.0) is None


def test_the_servers_time_is_that_of_the_middle_of_the_exchange() -> None:
    clock = ServerClock()
    clock.learn(at(10, 12), "2026-02-10T10:00:00+07:00")
    assert clock.epoch_s(11.0) == NOON_S
    assert clock.epoch_s(71.0) == NOON_S + 60
    assert clock.epoch_s(1.0) == NOON_S - 10


def test_the_date_header_serves_until_the_server_itself_told_the_time() -> None:
    clock = ServerClock()
    clock.learn(at(10, 10, EARLIER))
    assert clock.epoch_s(10.0) == NOON_S - 3600
    clock.learn(at(10, 10, EARLIER), "2026-02-10T03:00:00Z")
    assert clock.epoch_s(10.0) == NOON_S
    clock.learn(at(10, 10, EARLIER))
    assert clock.epoch_s(10.0) == NOON_S


def test_a_server_that_corrects_its_clock_is_followed() -> None:
    clock = ServerClock()
    clock.learn(at(10, 10), "2026-02-10T03:00:00Z")
    clock.learn(at(20, 20), "2026-02-10T04:00:00Z")
    assert clock.epoch_s(20.0) == NOON_S + 3600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-10T03:00:00",
        "2026-02-10",
        "1970-01-01T00:00:00Z",
        "9999-12-31T00:00:00Z",
        "2026-02-30T03:00:00Z",
        "2026-02-10T03:00:00Z" + " " * 40,
    ],
)
def test_a_time_without_a_zone_or_that_cannot_be_is_none(text: str) -> None:
    assert iso_epoch_s(text) is None


@pytest.mark.parametrize(
    "text",
    ["2026-02-10T03:00:00Z", "2026-02-10T10:00:00+07:00", "2026-02-10T03:00:00.000000Z"],
)
def test_one_moment_in_any_offset_is_the_same(text: str) -> None:
    assert iso_epoch_s(text) == NOON_S


def test_a_date_header_is_read_in_the_one_form_that_may_be_sent() -> None:
    assert http_epoch_s(DATE) == NOON_S
    for other in ("", "Tue, 10 Feb 2026 03:00:00 +0700", "Tue, 31 Feb 2026 03:00:00 GMT", "x"):
        assert http_epoch_s(other) is None


@pytest.mark.parametrize(
    ("header", "date", "wait_s"),
    [
        ("", "", None),
        ("60", "", 60.0),
        ("0", "", 0.0),
        ("999999999", "", MOST_S),
        ("-5", "", None),
        ("1.5", "", None),
        ("٣", "", None),
        (DATE, EARLIER, 3600.0),
        (EARLIER, DATE, 0.0),
        (DATE, "", None),
        ("60, 60", "", None),
    ],
)
def test_patience_is_asked_for_in_seconds_or_until_a_date(
    header: str, date: str, wait_s: float | None
) -> None:
    assert retry_after_s(header, date) == wait_s
