"""The processor's sensors: the hottest believable one counts, and nothing odd is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.health.sensors import GPU_LOADS, SensorReadings, read_sensors
from tests.health.trees import plant, plant_zone


def test_the_hottest_of_the_processors_zones_counts(tmp_path: Path) -> None:
    for number, (kind, temp) in enumerate(
        [("cpu-thermal", "47093"), ("gpu-thermal", "45000"), ("soc0-thermal", "49156")]
    ):
        plant_zone(tmp_path, number, kind, f"{temp}\n")
    assert read_sensors(tmp_path).cpu_c == pytest.approx(49.156)


def test_a_zone_of_another_part_does_not_count(tmp_path: Path) -> None:
    for number, kind in enumerate(["cv0-thermal", "battery", "", "acpitz", "xcpu"]):
        plant_zone(tmp_path, number, kind, "99000\n")
    assert read_sensors(tmp_path).cpu_c is None
    plant_zone(tmp_path, 9, "CPU-therm", "40000\n")
    assert read_sensors(tmp_path).cpu_c == 40.0


@pytest.mark.parametrize(
    "temp", ["-256000\n", "", "warm\n", "150001", "-40001", "9" * 30, "4e4", "٤٠٠٠٠", b"\xff\xfe"]
)
def test_a_temperature_that_cannot_be_is_left_out(tmp_path: Path, temp: str | bytes) -> None:
    plant_zone(tmp_path, 0, "cpu-thermal", temp)
    assert read_sensors(tmp_path).cpu_c is None
    plant_zone(tmp_path, 1, "tj-thermal", "51000")
    assert read_sensors(tmp_path).cpu_c == 51.0


def test_what_slows_the_computer_down_is_named_and_a_fan_slows_nothing(tmp_path: Path) -> None:
    for number, (kind, state) in enumerate(
        [
            ("pwm-fan", "3"),
            ("cpu-throttle-alert", "1"),
            ("gpu-throttle-alert", "0"),
            ("intel_powerclamp", "-1"),
            ("cpu-throttle-alert", "2"),
            ("Processor", "busy"),
        ]
    ):
        place = f"sys/class/thermal/cooling_device{number}"
        plant(tmp_path, f"{place}/type", f"{kind}\n")
        plant(tmp_path, f"{place}/cur_state", f"{state}\n")
    assert read_sensors(tmp_path).slowed_by == ("cpu-throttle-alert",)


def test_a_computer_without_sensors_says_nothing(tmp_path: Path) -> None:
    assert read_sensors(tmp_path) == SensorReadings(None, None)


@pytest.mark.parametrize("place", GPU_LOADS)
def test_a_jetson_says_how_busy_its_graphics_processor_is(tmp_path: Path, place: str) -> None:
    plant(tmp_path, place, "437\n")
    assert read_sensors(tmp_path).gpu_pct == pytest.approx(43.7)


@pytest.mark.parametrize("load", ["-1", "1001", "busy", ""])
def test_a_load_that_cannot_be_is_left_out(tmp_path: Path, load: str) -> None:
    plant(tmp_path, GPU_LOADS[0], load)
    assert read_sensors(tmp_path).gpu_pct is None


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_no_content_of_the_files_makes_the_reading_fail(
    tmp_path_factory: pytest.TempPathFactory, kind: bytes, temp: bytes, load: bytes
) -> None:
    root = tmp_path_factory.mktemp("tree")
    plant_zone(root, 0, "cpu-thermal", temp)
    plant(root, "sys/class/thermal/thermal_zone1/type", kind)
    plant(root, "sys/class/thermal/thermal_zone1/temp", temp)
    plant(root, GPU_LOADS[0], load)
    found = read_sensors(root)
    assert found.cpu_c is None or -40 <= found.cpu_c <= 150
    assert found.gpu_pct is None or 0 <= found.gpu_pct <= 100
