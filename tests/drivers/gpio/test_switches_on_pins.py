"""A pin is believed once it has agreed with itself, and says what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drivers.gpio.header import Header
from drivers.gpio.ports import GpioDoor, GpioPresence
from drivers.gpio.switch import Switch
from drivers.ports import DriverError, ReadingError
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.gpio.fake_chip import FakeChip, fake_chip

PIN = 12


def in_turn(levels: Iterator[bool]) -> Callable[[int], bool]:
    return lambda _pin: next(levels)


@shows(Trial.WORKS, "door", ways=("gpio",))
@pytest.mark.parametrize(
    ("high", "active_low", "is_on"),
    [(True, False, True), (False, False, False), (True, True, False), (False, True, True)],
)
async def test_a_part_that_pulls_low_says_yes_by_it(
    high: bool, active_low: bool, is_on: bool
) -> None:
    with fake_chip(FakeChip(level=lambda _: high)):
        switch = Switch(Header(), PIN, active_low=active_low)
        assert await GpioPresence(switch).is_occupied() is is_on
        assert await GpioDoor(switch).is_open() is is_on


async def test_a_spike_is_no_item() -> None:
    def levels() -> Iterator[bool]:
        yield True
        while True:
            yield False

    with fake_chip(FakeChip(level=in_turn(levels()))):
        assert await Switch(Header(), PIN).is_on() is False


async def test_a_pin_that_does_not_settle_is_a_reading_error() -> None:
    def levels() -> Iterator[bool]:
        while True:
            yield from (True, False)

    switch = Switch(Header(), PIN, most=20)
    with (
        fake_chip(FakeChip(level=in_turn(levels()))),
        pytest.raises(ReadingError, match="pin 12 does not settle"),
    ):
        await switch.is_on()


@shows(Trial.WORKS, "door", ways=("gpio",))
async def test_a_door_without_a_bolt_never_says_that_it_moved() -> None:
    door = GpioDoor(Switch(Header(), PIN))
    for verb in (door.lock, door.unlock):
        with pytest.raises(DriverError, match="by hand"):
            await verb()
