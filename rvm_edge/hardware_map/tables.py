"""What `hardware_map.json` may say, table by table."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SIMULATED = "sim"

Pin = Annotated[int, Meta(ge=1, le=40)]
Words = Annotated[str, Meta(max_length=300)]


class Driver(Enum):
    """The kinds of driver there are; docs/reference/drivers.md says what each needs."""

    SIM = "sim"
    ESP32 = "esp32"
    GSTREAMER = "gstreamer"
    V4L2 = "v4l2"
    PICTURES = "pictures"
    GPIO = "gpio"
    IIO = "iio"
    NONE = "none"
    """The part is not fitted, and the machine does without it."""


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one port is served.

    Attributes:
        driver: which kind of driver.
        part: the part on the owner's machine; for people.
        device: what it is reached by: for `v4l2` a camera's device or a film, for `pictures` a
            folder, for `iio` a sensor's folder.
        wires: which pins of the 40-pin header it is wired to, by the BOARD numbering.
        active_low: whether a switch at `gpio` says yes by pulling its pin low.
        note: what else a technician should know.
    """

    driver: Driver
    part: Words = ""
    device: Annotated[str, Meta(max_length=200)] = ""
    wires: dict[Annotated[str, Meta(max_length=40)], Pin] = {}
    active_low: bool = False
    note: Words = ""


class Ports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ports of `rvm_edge.machine.Hardware`, under the same names.

    Attributes:
        scale: None where no scale is fitted.
        thermometer: None where none is fitted.
    """

    camera: Assignment
    gate: Assignment
    sorter: Assignment
    light: Assignment
    indicator: Assignment
    chamber: Assignment
    slot: Assignment
    bin: Assignment
    door: Assignment
    pulse: Assignment
    scale: Assignment | None = None
    thermometer: Assignment | None = None


class Esp32Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wire to the motor controller.

    Attributes:
        device: the serial device, best a name under /dev/serial/by-id; "sim" for the simulated
            controller behind a pseudo terminal.
        baud: bits per second, 8N1.
        dialect: how the controller is spoken to: "ascii" or "framed", or "auto" for framed where
            its firmware answers to that and ASCII where it does not.
    """

    device: Annotated[str, Meta(min_length=1, max_length=200)] = SIMULATED
    baud: Literal[9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600] = 115_200
    dialect: Literal["auto", "ascii", "framed"] = "auto"


class CameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the camera is read, by `gstreamer` and `v4l2`.

    Attributes:
        source: the elements of GStreamer that give raw video, each word by itself; none for the
            Jetson's CSI camera number `sensor`.
        sensor: which CSI camera.
        width: in pixels; a mode that the camera has.
        height: in pixels.
        pictures_per_s: that are read; the newest counts.
        warm_up: so many pictures after a start are thrown away.
        settle: so many pictures after each question are thrown away.
        picture_s: how long a picture may be waited for, in seconds.
        black_below: a picture whose mean brightness, of 255, is below this is refused as black.
    """

    source: Annotated[tuple[Words, ...], Meta(max_length=40)] = ()
    sensor: Annotated[int, Meta(ge=0, le=7)] = 0
    width: Annotated[int, Meta(ge=160, le=4096)] = 1280
    height: Annotated[int, Meta(ge=120, le=4096)] = 720
    pictures_per_s: Annotated[int, Meta(ge=1, le=60)] = 10
    warm_up: Annotated[int, Meta(ge=0, le=300)] = 10
    settle: Annotated[int, Meta(ge=1, le=60)] = 2
    picture_s: Annotated[float, Meta(gt=0, le=10)] = 2.0
    black_below: Annotated[float, Meta(ge=0, le=255)] = 24.0


class BinTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the distance to the topmost item becomes a level, whoever measures it.

    Attributes:
        empty_cm: from the sensor to the bottom.
        full_cm: from the sensor to the topmost item when no more fits.
    """

    empty_cm: Annotated[float, Meta(ge=10, le=300)] = 50.0
    full_cm: Annotated[float, Meta(ge=2, le=200)] = 5.0

    def __post_init__(self) -> None:
        """Refuse a bin that is full before it is empty."""
        if self.full_cm >= self.empty_cm:
            raise ValueError("full_cm must be less than empty_cm")


class ScaleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the counts of the load cell's amplifier mean; `rvm-edge scale calibrate` finds it out.

    Attributes:
        grams_per_count: the calibration; 0 for a scale that was not calibrated yet, and negative
            where the cell is mounted upside down.
        zero_count: what the empty scale reads.
        capacity_g: no weight beyond this is believed.
        drift_most_g: so far from `zero_count` may an empty scale be.
        steady_g: so far may readings in a row be apart.
    """

    grams_per_count: Annotated[float, Meta(ge=-1000, le=1000)] = 0.0
    zero_count: Annotated[int, Meta(ge=-0x80_0000, le=0x7F_FFFF)] = 0
    capacity_g: Annotated[float, Meta(ge=50, le=100_000)] = 5000.0
    drift_most_g: Annotated[float, Meta(ge=1, le=10_000)] = 300.0
    steady_g: Annotated[float, Meta(gt=0, le=100)] = 2.0


class HardwareMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `hardware_map.json` may say.

    Attributes:
        ports: which driver serves which port.
        esp32: the wire to the motor controller.
        camera: how a real camera is read.
        bin: how a distance becomes a level.
        scale: what the scale's counts mean.
        about: for people.
    """

    ports: Ports
    esp32: Esp32Link = Esp32Link()
    camera: CameraTable = CameraTable()
    bin: BinTable = BinTable()
    scale: ScaleTable = ScaleTable()
    about: list[Words] = []

    def assignments(self) -> dict[str, Assignment]:
        """Return the fitted ports by name."""
        found: dict[str, Assignment | None] = {
            name: getattr(self.ports, name) for name in self.ports.__struct_fields__
        }
        return {name: given for name, given in found.items() if given is not None}

    def simulated_ports(self) -> tuple[str, ...]:
        """Return the names of the ports that no real part stands behind."""
        return tuple(
            name
            for name, given in self.assignments().items()
            if given.driver is Driver.SIM
            or (given.driver is Driver.ESP32 and self.esp32.device == SIMULATED)
        )
