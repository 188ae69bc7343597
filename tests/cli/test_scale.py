"""`rvm-edge scale` reads the scale, and finds out what its counts mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.hardware_map import parse_hardware_map
from rvm_edge.packaged import config_file
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.wired_sensors import GRAMS_PER_COUNT, ZERO_COUNT
from tests.cli.wired_device import Device, device_at


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with device_at(tmp_path / "tty") as found:
        yield found


def scale(device: Device, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["scale", *arguments, "--device", str(device.path), "--json"])


def test_reads_counts_and_how_far_they_are_apart(device: Device) -> None:
    answer = scale(device, "read")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["count"] == pytest.approx(ZERO_COUNT, abs=1 / GRAMS_PER_COUNT)
    assert 0 <= told["apart"] < 4 / GRAMS_PER_COUNT


def test_a_known_weight_gives_a_table_that_the_hardware_map_takes(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def put_on(text: str, **_: object) -> str:
        asked.append(text)
        if "500 g" in text:
            device.do(partial(device.world.inject, Fault.SCALE_DRIFTS, 500.0))
        return ""

    monkeypatch.setattr(click, "prompt", put_on)
    answer = scale(device, "calibrate", "--grams", "500")
    assert answer.exit_code == 0, answer.stderr
    assert [one.split(",")[0] for one in asked] == ["Empty the scale", "Put 500 g on it"]
    document = json.loads(config_file("hardware_map.json").read_bytes())
    document.update(json.loads(answer.stdout))
    document["ports"]["scale"] = {"driver": "esp32"}
    table = parse_hardware_map(json.dumps(document).encode()).scale
    assert table.grams_per_count == pytest.approx(GRAMS_PER_COUNT, rel=0.01)
    assert table.zero_count == pytest.approx(ZERO_COUNT, abs=1 / GRAMS_PER_COUNT)


def test_a_weight_that_moves_nothing_calibrates_nothing(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click, "prompt", lambda _text, **_: "")
    answer = scale(device, "calibrate", "--grams", "500")
    assert answer.exit_code == 1
    assert "too little to calibrate by" in answer.stderr


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.SCALE_GONE, "gives nothing"), (Fault.SCALE_SATURATED, "overloaded, or a wire")],
)
def test_a_scale_that_cannot_be_read_is_told_in_one_line(
    device: Device, fault: Fault, said: str
) -> None:
    device.do(partial(device.world.inject, fault))
    answer = scale(device, "read")
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("read",), ("calibrate", "--grams", "500")])
def test_without_a_controller_it_says_so_before_it_asks_for_anything(
    arguments: tuple[str, ...],
) -> None:
    answer = CliRunner().invoke(main, ["scale", *arguments])
    assert answer.exit_code == 1
    assert answer.stderr == (
        "rvm-edge: there is no real ESP32 in the hardware map; name one with --device\n"
    )
