"""Processes wait in virtual time, sleep until woken, and stop when they are told to."""

from __future__ import annotations

import math

from rvm_edge.simulator.fleet.process import Clock, Process


def noting(clock: Clock, seen: list[float], *waits_s: float) -> Process:
    for wait_s in waits_s:
        seen.append(clock.now_s)
        yield wait_s
    seen.append(clock.now_s)


def test_a_process_goes_on_after_each_of_its_waits() -> None:
    clock, seen = Clock(), list[float]()
    clock.spawn(noting(clock, seen, 2.0, 3.5))
    clock.agenda.advance(4)
    assert seen == [0.0, 2.0]
    clock.agenda.advance(100)
    assert seen == [0.0, 2.0, 5.5]


def test_one_that_sleeps_goes_on_when_it_is_woken_and_only_once() -> None:
    clock, seen = Clock(), list[float]()
    task = clock.spawn(noting(clock, seen, math.inf, math.inf))
    clock.agenda.advance(10)
    clock.now_s = 10
    task.wake()
    task.wake()
    clock.agenda.advance(100)
    assert seen == [0.0, 10.0]


def test_waking_one_that_waits_for_a_time_changes_nothing() -> None:
    clock, seen = Clock(), list[float]()
    task = clock.spawn(noting(clock, seen, 5.0))
    clock.agenda.advance(1)
    task.wake()
    clock.agenda.advance(4)
    assert seen == [0.0]


def test_one_that_is_cancelled_never_goes_on() -> None:
    clock, seen = Clock(), list[float]()
    waiting, sleeping = (clock.spawn(noting(clock, seen, wait_s)) for wait_s in (5.0, math.inf))
    clock.agenda.advance(1)
    waiting.cancel()
    sleeping.cancel()
    sleeping.wake()
    clock.agenda.advance(100)
    assert seen == [0.0, 0.0]
