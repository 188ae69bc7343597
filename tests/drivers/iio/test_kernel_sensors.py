"""What the kernel writes into its files, and what it does instead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio

from drivers.iio.ports import KernelThermometer
from drivers.ports import ReadingError
from tests.drivers.conformance.matrix import Trial, shows


@shows(Trial.WORKS, "thermometer", ways=("iio",))
async def test_thousandths_of_a_degree_are_read(tmp_path: Path) -> None:
    (tmp_path / "in_temp_input").write_text("31400\n")
    assert await KernelThermometer(tmp_path).temperature_c() == 31.4


@shows(Trial.ABSURD, "thermometer", ways=("iio",))
@shows(Trial.UNREADABLE, "thermometer", ways=("iio",))
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("-256000", "-256 °C is outside -40 to 80 °C"),
        ("nan", "outside"),
        ("warm", "holds no number"),
        ("", "holds no number"),
        ("ü", "holds no number"),
    ],
)
async def test_what_is_no_temperature_is_a_reading_error(
    written: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "in_temp_input").write_text(written)
    with pytest.raises(ReadingError, match=said):
        await KernelThermometer(tmp_path, timeout_s=1.0).temperature_c()


@shows(Trial.NO_POWER, "thermometer", ways=("iio",))
async def test_a_sensor_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="in_temp_input: No such file"):
        await KernelThermometer(tmp_path, timeout_s=1.0).temperature_c()


@shows(Trial.SILENT, "thermometer", ways=("iio",))
async def test_a_sensor_that_never_answers_is_left_in_time(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "in_temp_input")
    with trio.fail_after(30), pytest.raises(ReadingError, match=r"no answer within 0\.2 s"):
        await KernelThermometer(tmp_path, timeout_s=0.2).temperature_c()
    os.close(os.open(pipe, os.O_RDWR))  # lets the thread that still waits go


async def test_a_sensor_that_hangs_costs_one_thread_however_often_it_is_asked(
    tmp_path: Path,
) -> None:
    """Threads are shared by the whole machine: forty that hang would hold up its ledger."""
    os.mkfifo(pipe := tmp_path / "in_temp_input")
    sensor = KernelThermometer(tmp_path, timeout_s=0.05)
    before = trio.to_thread.current_default_thread_limiter().borrowed_tokens
    for _ in range(3):
        with trio.fail_after(30), pytest.raises(ReadingError, match="no answer within"):
            await sensor.temperature_c()
    assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == before
    assert sensor._one_at_a_time.borrowed_tokens == 1
    os.close(os.open(pipe, os.O_RDWR))  # lets the thread that still waits go


@shows(Trial.AGAIN, "thermometer", ways=("iio",))
@shows(Trial.BACK, "thermometer", ways=("iio",))
async def test_a_sensor_that_comes_back_is_read_again_and_again(tmp_path: Path) -> None:
    sensor = KernelThermometer(tmp_path, timeout_s=4.0)
    with pytest.raises(ReadingError):
        await sensor.temperature_c()
    (tmp_path / "in_temp_input").write_text("21000\n")
    assert [await sensor.temperature_c() for _ in range(3)] == [21.0] * 3
