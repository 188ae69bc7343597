"""An alarm keeps its beginning, and that somebody saw it, for as long as it stands."""

from __future__ import annotations

import itertools

import pytest

from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.view import Alarm
from rvm_edge.display.alarm_board import AlarmBoard
from rvm_edge.display.causes import Cause

BIN = Cause("sensor.bin", "no echo")
DOOR = Cause("sensor.door", "no answer")


def board() -> AlarmBoard:
    """Return a board whose clock ticks whenever it is read."""
    ticks = itertools.count(1)
    return AlarmBoard(lambda: f"2026-01-01T00:00:{next(ticks):02d}Z")


def test_an_alarm_that_stands_on_began_when_it_was_first_seen() -> None:
    shown = board()
    (first,) = shown.show([BIN])
    assert shown.show([BIN]) == (first,)


def test_the_oldest_comes_first() -> None:
    shown = board()
    shown.show([DOOR])
    assert [alarm.code for alarm in shown.show([BIN, DOOR])] == ["sensor.door", "sensor.bin"]


def test_another_message_is_the_same_alarm() -> None:
    shown = board()
    (before,) = shown.show([BIN])
    shown.acknowledge(BIN.code)
    (after,) = shown.show([Cause(BIN.code, "impossible echo")])
    assert after == Alarm(BIN.code, "impossible echo", before.since, acknowledged=True)


def test_an_alarm_that_comes_back_is_a_new_one() -> None:
    shown = board()
    (before,) = shown.show([BIN])
    shown.acknowledge(BIN.code)
    assert shown.show([]) == ()
    (again,) = shown.show([BIN])
    assert again.since > before.since
    assert not again.acknowledged


def test_of_two_with_one_code_the_graver_counts() -> None:
    assert [one.message for one in board().show([BIN, Cause(BIN.code, "less")])] == ["no echo"]


def test_what_does_not_stand_cannot_be_acknowledged() -> None:
    with pytest.raises(RefusedError):
        board().acknowledge("sensor.bin")
