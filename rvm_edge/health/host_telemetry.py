"""Says how the machine is and what it is made of."""

from __future__ import annotations

import logging
import platform
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from rvm_edge import __version__
from rvm_edge.hardware_map import HardwareMap
from rvm_edge.health.addresses import Interfaces, local_and_vpn, psutil_interfaces
from rvm_edge.health.computer import Computer, read_computer
from rvm_edge.health.deadline import DeadlineReader
from rvm_edge.health.gauges import Gauges, percent, psutil_gauges
from rvm_edge.health.parts import parts_of
from rvm_edge.health.sensors import SensorReadings, read_sensors
from rvm_edge.telemetry import Figures, Health, Inventory

PATIENCE_S = 1.0

_LOG = logging.getLogger(__name__)


class ModelInUse(msgspec.Struct, frozen=True):
    """The model that the eyes look through; the fields are those of `Inventory`."""

    name: str = ""
    version: str = ""
    sha256: str = ""
    second_judge: str = ""


class Sources(msgspec.Struct, frozen=True):
    """What other rooms know. None of these may wait for anything but the last.

    Attributes:
        hardware: the map of the ports.
        working: by port, whether it was found to answer; without those that nobody asked.
        model: which model is in use.
        figures: counts what was done; may fail.
    """

    hardware: HardwareMap
    working: Callable[[], Mapping[str, bool]]
    model: Callable[[], ModelInUse]
    figures: Callable[[], Awaitable[Figures]]


class HostTelemetry:
    """`rvm_edge.telemetry.Telemetry` of the computer that this runs on.

    What may hang is read beside the loop and given up after a while. What must be said and could
    not be read is as it was read last, or nothing.
    """

    def __init__(
        self,
        sources: Sources,
        data_dir: Path,
        *,
        root: Path = Path("/"),
        environment: Mapping[str, str] | None = None,
        gauges: Gauges | None = None,
        interfaces: Interfaces = psutil_interfaces,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Prepare; nothing that may hang is read yet.

        Args:
            sources: what other rooms know.
            data_dir: lies on the disk that counts.
            root: where the file system begins.
            environment: stands for `os.environ`.
            gauges: how busy the computer is; psutil's unless told.
            interfaces: the network's addresses; psutil's unless told.
            patience_s: how long each of the two kinds of file is waited for.
        """
        self._sources = sources
        self._root = root
        self._environment = environment
        self._gauges = gauges or psutil_gauges(data_dir)
        self._interfaces = interfaces
        self._sensors = DeadlineReader(patience_s)
        self._files = DeadlineReader(patience_s)
        self._health = Health(cpu_pct=0.0, memory_pct=0.0, disk_pct=0.0)
        self._computer = Computer(platform.machine() or "unknown", "", "")
        self._figures = Figures()

    async def health(self) -> Health:
        """Measure the computer."""
        disk = await self._files(partial(percent, self._gauges.disk_pct))
        sensed = await self._sensors(partial(read_sensors, self._root)) or SensorReadings()
        cpu, memory = percent(self._gauges.cpu_pct), percent(self._gauges.memory_pct)
        last = self._health
        self._health = Health(
            cpu_pct=last.cpu_pct if cpu is None else cpu,
            memory_pct=last.memory_pct if memory is None else memory,
            disk_pct=last.disk_pct if disk is None else disk,
            cpu_c=sensed.cpu_c,
            gpu_pct=sensed.gpu_pct,
            slowed_by=sensed.slowed_by,
        )
        return self._health

    async def inventory(self) -> Inventory:
        """List what the machine is made of."""
        self._computer = await self._files(self._read_computer) or self._computer
        ip_local, ip_vpn = self._addresses()
        parts = parts_of(self._sources.hardware, self._sources.working())
        model = self._sources.model()
        return Inventory(
            firmware_version=__version__,
            python_version=platform.python_version(),
            jetpack_version=self._computer.jetpack_version,
            controller_type=self._computer.controller_type,
            timezone=self._computer.timezone,
            ip_local=ip_local,
            ip_vpn=ip_vpn,
            model_name=model.name,
            model_version=model.version,
            model_hash=model.sha256,
            microcontroller=parts.microcontroller,
            cameras=parts.cameras,
            sensors=parts.sensors,
            actuators=parts.actuators,
            second_judge=model.second_judge,
        )

    async def figures(self) -> Figures:
        """Count what it has done."""
        try:
            self._figures = await self._sources.figures()
        except Exception as error:  # noqa: BLE001 - a count, whatever it fails over, holds nothing up
            _LOG.warning("the figures are as they were last: %s", error)
        return self._figures

    def _read_computer(self) -> Computer:
        return read_computer(self._root, self._environment)

    def _addresses(self) -> tuple[str | None, str | None]:
        try:
            return local_and_vpn(self._interfaces())
        except OSError:
            return None, None
