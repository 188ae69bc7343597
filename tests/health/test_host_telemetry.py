"""The machine's own account of itself: it never fails, never hangs, and believes nothing odd."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import trio

from rvm_edge import __version__
from rvm_edge.health.addresses import Address, Interfaces
from rvm_edge.health.gauges import Gauges, percent, psutil_gauges
from rvm_edge.health.host_telemetry import HostTelemetry, ModelInUse, Sources
from rvm_edge.machine import LedgerError
from rvm_edge.telemetry import Figures, Telemetry
from tests.health.described import SIMULATED, Told
from tests.health.trees import ORIN_RELEASE, hung, plant, plant_zone

PATIENCE_S = 0.2
STEADY = Gauges(lambda: 1.0, lambda: 2.0, lambda: 3.0)


class Book:
    """Counts, or fails to.

    Attributes:
        answers: what it says, the next first.
    """

    def __init__(self, *answers: Figures | Exception) -> None:
        self.answers = list(answers)

    async def figures(self) -> Figures:
        await trio.lowlevel.checkpoint()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def of(
    root: Path,
    *,
    gauges: Gauges = STEADY,
    interfaces: Interfaces = dict,
    book: Book | None = None,
) -> HostTelemetry:
    sources = Sources(
        hardware=SIMULATED,
        working=lambda: {"gate": True},
        model=lambda: ModelInUse("best.onnx", "v1", "3b" * 32),
        figures=(book or Book()).figures,
    )
    return HostTelemetry(
        sources,
        root,
        root=root,
        environment={},
        gauges=gauges,
        interfaces=interfaces,
        patience_s=PATIENCE_S,
    )


async def test_health_is_what_the_gauges_and_the_sensors_say(tmp_path: Path) -> None:
    plant_zone(tmp_path, 0, "cpu-thermal", "45000")
    plant(tmp_path, "sys/devices/gpu.0/load", "30")
    account: Telemetry = of(tmp_path)
    health = await account.health()
    assert (health.cpu_pct, health.memory_pct, health.disk_pct) == (1.0, 2.0, 3.0)
    assert (health.cpu_c, health.gpu_pct) == (45.0, 3.0)


async def test_a_sensor_that_hangs_is_waited_for_once_and_not_for_long(tmp_path: Path) -> None:
    temp = plant_zone(tmp_path, 0, "cpu-thermal", "")
    account = of(tmp_path)
    with hung(temp):
        began_s = trio.current_time()
        health = await account.health()
        first_s = trio.current_time() - began_s
        for _ in range(20):
            assert (await account.health()).cpu_c is None
        others_s = trio.current_time() - began_s - first_s
    assert (health.cpu_c, health.disk_pct) == (None, 3.0)
    assert first_s >= PATIENCE_S
    assert others_s < 20 * PATIENCE_S
    temp.unlink()
    plant_zone(tmp_path, 0, "cpu-thermal", "45000")
    with trio.fail_after(60):
        while (await account.health()).cpu_c is None:
            pass


async def test_a_zone_of_a_part_that_is_off_is_not_even_opened(tmp_path: Path) -> None:
    plant_zone(tmp_path, 1, "cpu-thermal", "40000")
    with hung(plant_zone(tmp_path, 0, "cv0-thermal", "")):
        assert (await of(tmp_path).health()).cpu_c == 40.0


async def test_a_disk_that_hangs_holds_up_neither_health_nor_inventory(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"

    def read() -> float:
        return float(len(pipe.read_bytes()))

    account = of(tmp_path, gauges=Gauges(lambda: 1.0, lambda: 2.0, read))
    with hung(pipe), trio.fail_after(60):
        assert (await account.health()).disk_pct == 0.0
        assert (await account.inventory()).controller_type == platform.machine()


async def test_health_can_be_cancelled_while_a_sensor_hangs(tmp_path: Path) -> None:
    temp = plant_zone(tmp_path, 0, "cpu-thermal", "")
    account = of(tmp_path)
    with hung(temp):
        with trio.move_on_after(PATIENCE_S / 10) as scope:
            await account.health()
        assert scope.cancelled_caught


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_a_gauge_that_talks_nonsense_leaves_the_last_word(
    tmp_path: Path, value: float
) -> None:
    told = iter([40.0, value])
    account = of(tmp_path, gauges=Gauges(lambda: next(told), lambda: 250.0, lambda: -3.0))
    assert (await account.health()).cpu_pct == 40.0
    health = await account.health()
    assert (health.cpu_pct, health.memory_pct, health.disk_pct) == (40.0, 100.0, 0.0)


@pytest.mark.parametrize(
    "error", [OSError(5), ValueError("cpu"), IndexError(), ZeroDivisionError()]
)
async def test_a_gauge_that_fails_fails_alone(tmp_path: Path, error: Exception) -> None:
    def fail() -> float:
        raise error

    health = await of(tmp_path, gauges=Gauges(lambda: 7.0, fail, fail)).health()
    assert (health.cpu_pct, health.memory_pct, health.disk_pct) == (7.0, 0.0, 0.0)


async def test_the_inventory_says_what_the_machine_is_made_of(tmp_path: Path) -> None:
    plant(tmp_path, "proc/device-tree/model", b"NVIDIA Jetson Orin Nano\0")
    plant(tmp_path, "etc/nv_tegra_release", ORIN_RELEASE)
    plant(tmp_path, "etc/timezone", "Asia/Jakarta\n")

    def interfaces() -> Mapping[str, Sequence[Address]]:
        return {"eth0": [Told("192.168.1.50")], "tailscale0": [Told("100.64.0.9")]}

    found = await of(tmp_path, interfaces=interfaces).inventory()
    assert found.firmware_version == __version__
    assert found.python_version == platform.python_version()
    assert (found.controller_type, found.jetpack_version, found.timezone) == (
        "NVIDIA Jetson Orin Nano",
        "6.2 (R36.4.3)",
        "Asia/Jakarta",
    )
    assert (found.ip_local, found.ip_vpn) == ("192.168.1.50", "100.64.0.9")
    assert (found.model_name, found.model_version) == ("best.onnx", "v1")
    assert found.model_hash == "3b" * 32
    assert next(part for part in found.actuators if part.name == "gate").working is True


async def test_a_network_that_cannot_be_asked_has_no_address(tmp_path: Path) -> None:
    def fail() -> Mapping[str, Sequence[Address]]:
        raise PermissionError

    found = await of(tmp_path, interfaces=fail).inventory()
    assert (found.ip_local, found.ip_vpn) == (None, None)


async def test_figures_that_fail_are_as_they_were_last(tmp_path: Path) -> None:
    counted = Figures(items=3, journal_rows=9, journal_head="9f")
    broken = LedgerError("the ledger cannot be read")
    account = of(tmp_path, book=Book(broken, counted, broken))
    assert await account.figures() == Figures()
    assert await account.figures() == counted
    assert await account.figures() == counted


async def test_this_very_computer_can_be_described(tmp_path: Path) -> None:
    sources = Sources(SIMULATED, dict, ModelInUse, Book().figures)
    account = HostTelemetry(sources, tmp_path)
    health = await account.health()
    assert 0 < health.memory_pct <= 100
    assert 0 <= health.cpu_pct <= 100
    assert 0 <= health.disk_pct <= 100
    assert (await account.inventory()).controller_type


def test_psutils_gauges_read_the_disk_that_is_named(tmp_path: Path) -> None:
    assert percent(psutil_gauges(tmp_path / "gone").disk_pct) is None
    assert percent(psutil_gauges(tmp_path).disk_pct) is not None
