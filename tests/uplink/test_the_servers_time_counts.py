"""The machine's own clock is wrong by years, and jumps: items are dated by the server's."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.simulator.cloud import Dialect, Reach
from rvm_edge.simulator.virtual_clock import TrioClock
from states import paths
from tests.served_rig import DIALECTS, PET, ServedRig, online_and_idle, until_delivered

LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


class UnreliableClock:
    """Wall time that is what somebody set it to; monotonic time that is true."""

    def __init__(self, starts: datetime) -> None:
        self._time = TrioClock(starts)
        self.set_by = timedelta()

    def wall(self) -> datetime:
        return self._time.wall() + self.set_by

    def monotonic_s(self) -> float:
        return self._time.monotonic_s()


@pytest.fixture(params=DIALECTS, ids=lambda dialect: str(dialect.value))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> ServedRig:
    """A machine that wakes up in 1970 beside a server that knows better."""
    dialect: Dialect = request.param
    return ServedRig(tmp_path, dialect=dialect, clock=UnreliableClock(LONG_AGO))


def drops_s(rig: ServedRig) -> list[float]:
    """Return when items really dropped, in seconds of the true epoch."""
    zero_s = rig.time.epoch_s() - trio.current_time()
    dropped = rig.world.audit().dropped
    return [zero_s + item.settled_at_s for item in dropped if item.settled_at_s is not None]


async def test_an_item_is_dated_right_by_a_machine_that_believes_in_1970(
    autojump_clock: MockClock, old: ServedRig
) -> None:
    async with old.boot() as booted:
        await online_and_idle(booted)
        await booted.start()
        await booted.deposit(PET)
        await until_delivered(booted)
        really = drops_s(old)
    assert [told.kept_at_s for told in old.delivered] == pytest.approx(really, abs=2)


async def test_what_dropped_before_the_server_was_ever_reached_is_dated_right_as_well(
    autojump_clock: MockClock, old: ServedRig
) -> None:
    old.server.reach = Reach.REFUSED
    async with old.boot() as booted:
        for _ in range(2):
            await booted.start()
            await booted.deposit(PET)
            await booted.finish()
            await trio.sleep(1_000)
        old.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await until_delivered(booted)
        really = drops_s(old)
    assert [told.kept_at_s for told in old.delivered] == pytest.approx(really, abs=2)


@pytest.mark.parametrize("jump", [timedelta(days=20_454), timedelta(days=-3)], ids=["on", "back"])
async def test_a_jump_of_the_machines_clock_moves_no_item(
    autojump_clock: MockClock, old: ServedRig, jump: timedelta
) -> None:
    clock = old.clock
    assert isinstance(clock, UnreliableClock)
    clock.set_by = timedelta(days=10)
    old.server.reach = Reach.REFUSED
    async with old.boot() as booted:
        await booted.start()
        await booted.deposit(PET)
        clock.set_by += jump
        await booted.deposit(PET)
        await booted.finish()
        old.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await booted.start()
        await booted.deposit(PET)
        clock.set_by -= jump / 2
        await booted.deposit(PET)
        await booted.finish()
        await until_delivered(booted)
        really = drops_s(old)
    assert [told.kept_at_s for told in old.delivered] == pytest.approx(really, abs=2)
    assert old.disagreements() == []


async def test_what_dropped_before_a_restart_is_dated_by_what_was_learnt_before_it(
    autojump_clock: MockClock, old: ServedRig
) -> None:
    async with old.boot() as booted:
        await online_and_idle(booted)
        old.server.reach = Reach.REFUSED
        await booted.until(paths.OFFLINE_GUEST)
        await booted.start()
        await booted.deposit(PET)
        await booted.finish()
        really = drops_s(old)
    await trio.sleep(1_000)
    old.server.reach = Reach.REACHED
    async with old.boot() as booted:
        await booted.until(paths.ONLINE)
        await until_delivered(booted)
    assert [told.kept_at_s for told in old.delivered] == pytest.approx(really, abs=2)
