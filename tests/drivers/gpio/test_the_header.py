"""The real Jetson.GPIO on a chip that the test plays."""

from __future__ import annotations

import errno
import sys
import threading
from unittest import mock

import pytest

from drivers.gpio.header import Header
from drivers.ports import DeviceGoneError, ReadingError
from rvm_edge.hardware_map import GPIO_PINS
from tests.drivers.gpio.fake_chip import LINES, MODEL, FakeChip, fake_chip

PIN, OTHER_PIN = 12, 13
WITHIN_S = 10.0


class FakeLibrary:
    """`drivers.gpio.header.Library` whose pins are all low."""

    BOARD = IN = OUT = object()
    LOW = 0

    def setwarnings(self, state: bool, /) -> None: ...

    def setmode(self, mode: object, /) -> None: ...

    def setup(self, channels: int, direction: object, *, initial: int | None = None) -> None: ...

    def input(self, channel: int, /) -> int:  # noqa: ARG002 - all are alike
        return 0

    def output(self, channels: int, values: int, /) -> None: ...


def test_the_pins_are_those_of_the_board() -> None:
    with fake_chip():
        from Jetson.GPIO import gpio_pin_data  # noqa: PLC0415 - only where there is a chip

        pins, _ = gpio_pin_data.jetson_gpio_data[MODEL]
        by_board = {pin[3]: pin[0] for pin in pins}
    assert frozenset(by_board) == GPIO_PINS
    assert {pin: by_board[pin] for pin in LINES} == LINES


def test_an_input_is_read_by_its_board_number() -> None:
    high = {12}
    with fake_chip(FakeChip(level=high.__contains__)) as chip:
        header = Header()
        assert [header.read(12), header.read(7)] == [True, False]
        high ^= {7, 12}
        assert [header.read(12), header.read(7)] == [False, True]
        assert chip.requests == [12, 7]  # each was claimed once, and is kept
        assert chip.driven == []


def test_an_output_begins_low() -> None:
    with fake_chip() as chip:
        header = Header()
        header.write(32, high=True)
        header.write(32, high=False)
        assert chip.driven == [(32, False), (32, True), (32, False)]


def test_a_pin_that_is_held_by_another_program_is_tried_again() -> None:
    with fake_chip(FakeChip(level=lambda _: True, busy={12})) as chip:
        header = Header()
        with pytest.raises(DeviceGoneError, match=r"pin 12 cannot be claimed: .*another program"):
            header.read(12)
        chip.busy.clear()
        assert header.read(12)


def test_a_pin_that_is_power_is_refused() -> None:
    with fake_chip(), pytest.raises(DeviceGoneError, match="pin 2 cannot be claimed"):
        Header().read(2)


def test_a_pin_is_read_though_another_one_is_still_being_claimed() -> None:
    """Claiming may block; the machine's loop, which reads, must not."""
    reached, may_go_on = threading.Event(), threading.Event()

    class Slow(FakeLibrary):
        def setup(self, channels: int, *_: object, **__: object) -> None:
            if channels != PIN:
                reached.set()
                assert may_go_on.wait(WITHIN_S)

    header = Header(Slow)
    header.claim(PIN)
    claims = threading.Thread(target=header.claim, args=(OTHER_PIN,))
    claims.start()
    assert reached.wait(WITHIN_S)
    reader = threading.Thread(target=header.read, args=(PIN,), daemon=True)
    reader.start()
    reader.join(WITHIN_S)
    was_held_up = reader.is_alive()
    may_go_on.set()
    claims.join(WITHIN_S)
    assert not was_held_up


def test_a_failing_chip_is_a_reading_error() -> None:
    def fails(pin: int) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    chip = FakeChip()
    with fake_chip(chip):
        header = Header()
        assert not header.read(12)
        chip.level = fails
        with pytest.raises(ReadingError, match=r"pin 12 cannot be read: .*Input/output error"):
            header.read(12)


def test_a_computer_without_a_chip_is_told_in_one_line_and_may_get_one() -> None:
    with fake_chip(FakeChip(permitted=False, level=lambda _: True)) as chip:
        header = Header()
        with pytest.raises(DeviceGoneError, match=r"^the GPIO pins .* group gpio\?$"):
            header.read(12)
        chip.permitted = True
        assert header.read(12)


def test_a_library_that_is_not_installed_is_named_with_the_remedy() -> None:
    with (
        mock.patch.dict(sys.modules, {"Jetson": None, "Jetson.GPIO": None}),
        pytest.raises(DeviceGoneError, match=r"pip install 'myrvm-edge\[jetson\]'"),
    ):
        Header().read(12)


def test_the_driver_can_be_imported_where_the_library_cannot() -> None:
    assert "Jetson" not in sys.modules
