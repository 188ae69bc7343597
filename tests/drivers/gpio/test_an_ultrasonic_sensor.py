"""An HC-SR04 whose echo the test plays, in a time that passes as the pins are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bin_depth import Bin
from drivers.gpio.header import Header
from drivers.gpio.ultrasonic import US_PER_CM, UltrasonicBin
from drivers.ports import ReadingError
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.gpio.fake_chip import FakeChip, fake_chip

TRIGGER, ECHO = 32, 33
AWAY_S = 0.0005
"""From the pulse to the echo; about what the sensor takes to send its burst."""

READING_S = 20e-6
"""How long it takes to read a pin: what a distance is measured to, and how Linux does it."""


class Sensor(FakeChip):
    """A sensor over something at a distance; None gives no echo."""

    distance_cm: float | None = 40.0
    now_s: float = 0.0
    hold_up_s: float = 0.0

    def time(self) -> float:
        return self.now_s

    def play(self) -> Sensor:
        self.pulsed_s = float("-inf")
        self.level = self._echo
        self.on_drive = self._pulse
        return self

    def _pulse(self, pin: int, high: bool) -> None:
        assert pin == TRIGGER
        if high:
            self.pulsed_s = self.now_s

    def _echo(self, pin: int) -> bool:
        assert pin == ECHO
        self.now_s += READING_S + self.hold_up_s
        self.hold_up_s = 0.0
        since_s = self.now_s - self.pulsed_s - AWAY_S
        return self.distance_cm is not None and 0 <= since_s < self.distance_cm * US_PER_CM / 1e6


def sensor(chip: Sensor) -> UltrasonicBin:
    return UltrasonicBin(Header(), TRIGGER, ECHO, gap_s=0.0, clock=chip.time)


@shows(Trial.WORKS, "bin", ways=("gpio",))
@shows(Trial.AGAIN, "bin", ways=("gpio",))
async def test_the_level_follows_the_distance() -> None:
    chip = Sensor().play()
    with fake_chip(chip):
        measured = sensor(chip)
        assert await measured.level_pct() == pytest.approx(22.2, abs=1.5)
        chip.distance_cm = 10.0
        assert await measured.level_pct() == pytest.approx(88.9, abs=1.5)


async def test_a_thread_that_is_held_up_spoils_one_reading_and_not_the_level() -> None:
    chip = Sensor().play()
    with fake_chip(chip):
        measured = sensor(chip)
        drive, pulses = chip.on_drive, 0

        def hold_up_once(pin: int, high: bool) -> None:
            nonlocal pulses
            drive(pin, high)
            pulses += high
            chip.hold_up_s = 0.02 if pulses == 2 and not high else 0.0

        chip.on_drive = hold_up_once
        assert await measured.level_pct() == pytest.approx(22.2, abs=1.5)
        assert pulses == measured.readings


async def test_the_distance_is_read_beyond_the_bin_and_the_level_goes_by_what_is_said_of_it() -> (
    None
):
    chip = Sensor().play()
    with fake_chip(chip):
        measured = sensor(chip)
        chip.distance_cm = 80.0
        with pytest.raises(ReadingError, match="outside 2 to 60 cm"):
            await measured.level_pct()
        assert await measured.distance_cm() == pytest.approx(80, abs=1.5)
        measured.set_depth(empty_cm=90, full_cm=10)
        assert await measured.level_pct() == pytest.approx(12.5, abs=2)


@shows(Trial.UNREADABLE, "bin", ways=("gpio",))
async def test_no_echo_is_a_reading_error() -> None:
    chip = Sensor().play()
    chip.distance_cm = None
    with fake_chip(chip), pytest.raises(ReadingError, match="bin: no echo"):
        await sensor(chip).level_pct()


@shows(Trial.ABSURD, "bin", ways=("gpio",))
async def test_an_echo_that_stands_before_the_pulse_is_a_wire() -> None:
    with (
        fake_chip(FakeChip(level=lambda _: True)),
        pytest.raises(ReadingError, match="check the sensor's wires"),
    ):
        await UltrasonicBin(Header(), TRIGGER, ECHO, gap_s=0.0).level_pct()


@shows(Trial.NO_POWER, "bin", ways=("gpio",))
async def test_pins_that_are_not_there_leave_the_level_unknown_and_the_machine_running() -> None:
    with fake_chip(FakeChip(permitted=False)), pytest.raises(ReadingError, match="group gpio"):
        await UltrasonicBin(Header(), TRIGGER, ECHO, gap_s=0.0).level_pct()


@given(st.floats(allow_nan=False))
def test_any_distance_is_a_level_or_refused(distance_cm: float) -> None:
    try:
        level = Bin().level_pct(distance_cm)
    except ReadingError:
        assert not 2 <= distance_cm <= 60
    else:
        assert 0 <= level <= 100


def test_a_full_and_an_empty_bin() -> None:
    assert [Bin().level_pct(cm) for cm in (50, 55, 27.5, 5, 3)] == [0, 0, 50, 100, 100]
