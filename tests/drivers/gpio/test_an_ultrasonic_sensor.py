"""An HC-SR04 whose echo the test plays, in real time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gpio.header import Header
from drivers.gpio.ultrasonic import US_PER_CM, Bin, UltrasonicBin
from drivers.ports import ReadingError
from tests.drivers.gpio.fake_chip import FakeChip, fake_chip

TRIGGER, ECHO = 32, 33
AWAY_S = 0.0005
"""From the pulse to the echo; about what the sensor takes to send its burst."""


class Sensor(FakeChip):
    """A sensor over something at a distance; None gives no echo."""

    distance_cm: float | None = 40.0

    def play(self) -> Sensor:
        self.pulsed_s = float("-inf")
        self.level = self._echo
        self.on_drive = self._pulse
        return self

    def _pulse(self, pin: int, high: bool) -> None:
        assert pin == TRIGGER
        if high:
            self.pulsed_s = time.perf_counter()

    def _echo(self, pin: int) -> bool:
        assert pin == ECHO
        since_s = time.perf_counter() - self.pulsed_s - AWAY_S
        return self.distance_cm is not None and 0 <= since_s < self.distance_cm * US_PER_CM / 1e6


def sensor(header: Header, readings: int = 5) -> UltrasonicBin:
    return UltrasonicBin(header, TRIGGER, ECHO, readings=readings, gap_s=0.0)


async def test_the_level_follows_the_distance() -> None:
    with fake_chip(Sensor().play()) as chip:
        assert isinstance(chip, Sensor)
        measured = sensor(Header(), readings=9)
        assert await measured.level_pct() == pytest.approx(22.2, abs=15)
        chip.distance_cm = 10.0
        assert await measured.level_pct() == pytest.approx(88.9, abs=15)


async def test_no_echo_is_a_reading_error() -> None:
    with fake_chip(Sensor().play()) as chip:
        assert isinstance(chip, Sensor)
        chip.distance_cm = None
        with pytest.raises(ReadingError, match="bin: no echo"):
            await sensor(Header(), readings=1).level_pct()


async def test_an_echo_that_stands_before_the_pulse_is_a_wire() -> None:
    with (
        fake_chip(FakeChip(level=lambda _: True)),
        pytest.raises(ReadingError, match="check the sensor's wires"),
    ):
        await sensor(Header()).level_pct()


async def test_pins_that_are_not_there_leave_the_level_unknown_and_the_machine_running() -> None:
    with fake_chip(FakeChip(permitted=False)), pytest.raises(ReadingError, match="group gpio"):
        await sensor(Header()).level_pct()


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
