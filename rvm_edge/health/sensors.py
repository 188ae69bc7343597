"""What the processor's own sensors say. Any of these files may hang: see `deadline`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rvm_edge.health.small_files import line_of, number_of

OF_THE_PROCESSOR = ("cpu", "gpu", "soc", "tj", "x86_pkg")
"""How the types of the thermal zones begin that count. A Jetson's ``cv`` zones are never touched:
they belong to a part that is switched off, and may hang whoever reads them."""

COLDEST_C, HOTTEST_C = -40.0, 150.0
"""Beyond these nobody believes a zone; one that is switched off says -256."""

MOST_ZONES = 64

MOST_COOLERS = 64
BLOWS = ("fan", "pwm-fan")
"""How the types of cooling devices begin that cool and slow nothing down."""

GPU_LOADS = (
    "sys/devices/gpu.0/load",
    "sys/devices/platform/gpu.0/load",
    "sys/devices/platform/bus@0/17000000.gpu/load",
    "sys/devices/platform/17000000.gpu/load",
    "sys/devices/platform/17000000.ga10b/load",
)
"""Where Jetsons say how busy the graphics processor is, in thousandths; the first that is there."""


class SensorReadings(msgspec.Struct, frozen=True):
    """One look at the sensors.

    Attributes:
        cpu_c: the hottest of the processor's zones, in degrees Celsius; None where none answers.
        gpu_pct: None where there is none, or it does not say.
        slowed_by: the kernel's devices that slow the computer down now, because it is too warm or
            takes too much current, such as ``cpu-throttle-alert``.
    """

    cpu_c: float | None = None
    gpu_pct: float | None = None
    slowed_by: tuple[str, ...] = ()


def read_sensors(root: Path) -> SensorReadings:
    """Read all of them; may block.

    Args:
        root: where the file system begins.
    """
    return SensorReadings(_hottest_c(root), _gpu_pct(root), _slowed_by(root))


def _slowed_by(root: Path) -> tuple[str, ...]:
    """Return the cooling devices whose state is above 0: they are at work.

    See https://docs.kernel.org/driver-api/thermal/sysfs-api.html.
    """
    devices = sorted(root.glob("sys/class/thermal/cooling_device*"))[:MOST_COOLERS]
    kinds = [line_of(one / "type") for one in devices if (number_of(one / "cur_state") or 0) > 0]
    return tuple(dict.fromkeys(kind for kind in kinds if not kind.lower().startswith(BLOWS)))


def _hottest_c(root: Path) -> float | None:
    zones = sorted(root.glob("sys/class/thermal/thermal_zone*"))[:MOST_ZONES]
    readings = [
        _celsius(zone / "temp")
        for zone in zones
        if line_of(zone / "type").lower().startswith(OF_THE_PROCESSOR)
    ]
    return max((one for one in readings if one is not None), default=None)


def _celsius(path: Path) -> float | None:
    thousandths = number_of(path)
    if thousandths is None or not COLDEST_C <= thousandths / 1000 <= HOTTEST_C:
        return None
    return thousandths / 1000


def _gpu_pct(root: Path) -> float | None:
    for place in GPU_LOADS:
        thousandths = number_of(root / place)
        if thousandths is not None:
            return thousandths / 10 if 0 <= thousandths <= 1000 else None  # noqa: PLR2004
    return None
