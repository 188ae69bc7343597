"""A load cell behind the ESP32: steady or refused, and believed only within its range."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.scale import COUNT_MAX, COUNT_MIN, Esp32Scale, LoadCell, within_range
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, DoubtfulReadingError, ReadingError
from tests.drivers.esp32.lossy_wire import LossyWire

CELL = LoadCell(grams_per_count=0.0025, zero_count=84_000)


def counts(*grams: float) -> Callable[[], int]:
    """Return what gives those weights in turn, and the last one from then on."""
    values: Iterable[float] = itertools.chain(grams, itertools.repeat(grams[-1]))
    ahead = iter(values)
    return lambda: CELL.zero_count + round(next(ahead) / CELL.grams_per_count)


@dataclass
class Pan:
    """A scale, and the wire at whose other end it is."""

    wire: LossyWire
    scale: Esp32Scale


@pytest.fixture
async def pan(nursery: trio.Nursery) -> AsyncIterator[Pan]:
    wire = LossyWire(nursery)

    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        if wire.closed:
            raise DeviceGoneError("unplugged")
        return wire

    controller = Controller(connect, LinkTimings(settle_s=0.0), Dialect.FRAMED)
    async with controller.run():
        yield Pan(wire, Esp32Scale(controller, CELL))


async def test_weighs_above_its_calibrated_zero_and_then_above_its_tare(
    autojump_clock: MockClock, pan: Pan
) -> None:
    pan.wire.reads = counts(18.0)
    assert await pan.scale.weight_g() == pytest.approx(18.0, abs=0.01)
    await pan.scale.tare()
    assert await pan.scale.weight_g() == pytest.approx(0.0, abs=0.01)


async def test_noise_is_evened_out(autojump_clock: MockClock, pan: Pan) -> None:
    pan.wire.reads = counts(17.4, 18.1, 18.3)
    assert await pan.scale.weight_g() == pytest.approx(18.1, abs=0.01)


async def test_an_item_that_is_still_rolling_is_waited_for(
    autojump_clock: MockClock, pan: Pan
) -> None:
    pan.wire.reads = counts(60, 2, 40, 10, 25, 18, 18)
    began_s = trio.current_time()
    assert await pan.scale.weight_g() == pytest.approx(18.0, abs=0.01)
    assert trio.current_time() - began_s < CELL.most * CELL.every_s + 0.1


async def test_what_never_settles_is_doubtful(autojump_clock: MockClock, pan: Pan) -> None:
    ahead = itertools.cycle([0, 40_000])
    pan.wire.reads = lambda: CELL.zero_count + next(ahead)
    with pytest.raises(DoubtfulReadingError, match=r"does not settle, 100\.0 g apart"):
        await pan.scale.weight_g()


@pytest.mark.parametrize("end", [COUNT_MIN, COUNT_MAX])
async def test_the_end_of_its_range_is_no_weight(
    autojump_clock: MockClock, pan: Pan, end: int
) -> None:
    pan.wire.reads = lambda: end
    with pytest.raises(DoubtfulReadingError, match=r"overloaded, or a wire .* is broken"):
        await pan.scale.weight_g()
    with pytest.raises(DoubtfulReadingError, match="overloaded"):
        await pan.scale.tare()


async def test_more_than_it_carries_is_no_weight(autojump_clock: MockClock, pan: Pan) -> None:
    pan.wire.reads = counts(6000)
    with pytest.raises(DoubtfulReadingError, match="6000 g is beyond its 5000 g"):
        await pan.scale.weight_g()


async def test_a_drift_is_tared_away_up_to_a_bound_and_then_told(
    autojump_clock: MockClock, pan: Pan
) -> None:
    pan.wire.reads = counts(250)
    await pan.scale.tare()
    pan.wire.reads = counts(268)
    assert await pan.scale.weight_g() == pytest.approx(18.0, abs=0.01)
    pan.wire.reads = counts(400)
    with pytest.raises(DoubtfulReadingError, match="400 g off its calibrated zero"):
        await pan.scale.tare()
    assert await pan.scale.weight_g() == pytest.approx(150.0, abs=0.01)


async def test_a_scale_that_is_cut_off_gives_nothing(autojump_clock: MockClock, pan: Pan) -> None:
    pan.wire.reads = lambda: None
    with pytest.raises(ReadingError, match="gives nothing; check its cable") as error:
        await pan.scale.weight_g()
    assert not isinstance(error.value, DoubtfulReadingError)


async def test_without_its_controller_nobody_knows(autojump_clock: MockClock, pan: Pan) -> None:
    pan.wire.close()
    with pytest.raises(DeviceGoneError):
        await pan.scale.weight_g()


@given(st.integers(-(2**31), 2**31 - 1))
def test_only_what_24_bits_can_hold_is_within_range(count: int) -> None:
    if COUNT_MIN < count < COUNT_MAX:
        assert within_range(count) == count
    else:
        with pytest.raises(DoubtfulReadingError):
            within_range(count)


@pytest.mark.parametrize("grams_per_count", [0.0, float("nan"), float("inf")])
def test_a_calibration_that_makes_no_weights_is_refused(grams_per_count: float) -> None:
    with pytest.raises(ValueError, match="other than 0"):
        LoadCell(grams_per_count, 0)
