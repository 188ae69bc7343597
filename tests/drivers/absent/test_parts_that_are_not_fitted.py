"""A part that is not fitted says so, and never pretends to have moved or measured."""

from __future__ import annotations

import pytest

from drivers.absent.ports import NoBarrier, NoBinSensor, NoDoorSensor, NoIndicator
from drivers.ports import DriverError, ReadingError, Signal
from tests.drivers.conformance.matrix import Trial, shows

TWICE = range(2)


@shows(Trial.WORKS, "bin", ways=("none",))
@shows(Trial.AGAIN, "bin", ways=("none",))
async def test_a_bin_without_a_sensor_has_no_level() -> None:
    for _ in TWICE:
        with pytest.raises(ReadingError, match="no sensor in its bin"):
            await NoBinSensor().level_pct()


@shows(Trial.WORKS, "slot", ways=("none",))
@shows(Trial.AGAIN, "slot", ways=("none",))
async def test_a_slot_without_a_barrier_sees_nobody() -> None:
    for _ in TWICE:
        assert not await NoBarrier().is_occupied()


@shows(Trial.WORKS, "door", ways=("none",))
@shows(Trial.AGAIN, "door", ways=("none",))
async def test_a_door_without_switch_and_bolt_is_never_open_and_never_bolted() -> None:
    door = NoDoorSensor()
    for _ in TWICE:
        assert not await door.is_open()
        for verb in (door.lock, door.unlock):
            with pytest.raises(DriverError, match="no bolt"):
                await verb()


@shows(Trial.WORKS, "indicator", ways=("none",))
@shows(Trial.AGAIN, "indicator", ways=("none",))
async def test_a_machine_without_a_status_light_shows_nothing_and_says_nothing() -> None:
    for signal in Signal:
        await NoIndicator().show(signal)
