"""A machine made of its hardware map: real drivers on a pty, on pins, on a real pipeline."""

from __future__ import annotations

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from drivers.ports import DeviceGoneError, DriverError, PictureError, ReadingError, Signal
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.hardware_map import parse_hardware_map
from rvm_edge.ledger import ItemRecord
from rvm_edge.locations import Locations
from rvm_edge.machine import Hardware
from rvm_edge.real_hardware import RealHardwareError, real_hardware
from rvm_edge.settings import Policy, Settings, SoundSettings
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.eyes import EyesKnobs, ScriptedEyes
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate
from rvm_edge.simulator.world import World
from states import paths
from states.events import SessionRequested
from tests.drivers.gpio.fake_chip import FakeChip, fake_chip
from tests.drivers.rigs import CHAMBER_PIN, SLOT_PIN, barriers_of, esp32_at
from tests.rig import BOTTLE
from tests.scripted_link import CloudKnobs, ScriptedLink

WITHIN_S = 60.0
DOOR_PIN, TRIGGER_PIN, ECHO_PIN = 7, 32, 33
SNOW = ("videotestsrc", "is-live=true", "pattern=snow")

Table = dict[str, Any]


def first_machine(esp32: Path) -> Table:
    """Return a map such as that of the first machine, all of it real."""
    return {
        "esp32": {"device": str(esp32)},
        "camera": {"source": SNOW, "width": 320, "height": 240, "pictures_per_s": 30},
        "ports": {
            "camera": {"driver": "gstreamer"},
            **{name: {"driver": "esp32"} for name in ("gate", "sorter", "light", "indicator")},
            "pulse": {"driver": "esp32"},
            "chamber": {"driver": "gpio", "wires": {"signal": CHAMBER_PIN}},
            "slot": {"driver": "gpio", "wires": {"signal": SLOT_PIN}},
            "door": {"driver": "gpio", "wires": {"signal": DOOR_PIN}, "active_low": True},
            "bin": {"driver": "gpio", "wires": {"trigger": TRIGGER_PIN, "echo": ECHO_PIN}},
        },
    }


@dataclass
class Machine:
    """A real machine, but for what is at the ends of its wires.

    Attributes:
        world: what is there.
        chip: the pins.
        table: the hardware map.
    """

    world: World
    chip: FakeChip
    table: Table

    @asynccontextmanager
    async def hardware(self) -> AsyncIterator[Hardware]:
        found = parse_hardware_map(msgspec.json.encode(self.table))
        async with real_hardware(found) as hardware:
            yield hardware

    @asynccontextmanager
    async def serving(self, folder: Path, policy: Policy | None = None) -> AsyncIterator[Daemon]:
        """Run the chart on it."""
        async with self.hardware() as hardware:
            parts = Parts(
                hardware=hardware,
                eyes=ScriptedEyes(self.world, EyesKnobs()),
                link=ScriptedLink(CloudKnobs(reachable=False)).made,
                host=RecordedHost(),
                credentials=SimulatedCredentials(),
            )
            settings = Settings(policy=policy or Policy())
            async with running(Locations(folder, folder), settings, parts) as daemon:
                yield daemon

    async def takes_a_bottle(self, daemon: Daemon) -> ItemRecord:
        """Have a guest give a bottle, and see it dropped and recorded."""
        await self.until(daemon, paths.IDLE)
        await daemon.runtime.post(SessionRequested(str(uuid.uuid4()), "guest", ""))
        with trio.fail_after(WITHIN_S):
            while not self.world.gate_is_open:
                await trio.sleep(0.01)
            item = self.world.insert(BOTTLE)
            while self.world.item(item.number).fate is Fate.IN_CHAMBER:
                await trio.sleep(0.01)
        assert self.world.item(item.number).fate is Fate.DROPPED
        (record,) = await daemon.ledger.recent(10)
        assert record.item.accepted
        return record

    async def until(self, daemon: Daemon, state: str, because: str = "") -> None:
        """Return once the machine is in `state`, by an event that says this."""
        with trio.fail_after(WITHIN_S), daemon.runtime.subscribe(1000) as steps:
            if any(leaf.startswith(state) for leaf in daemon.runtime.configuration):
                assert not because
                return
            async for step in steps:
                if any(leaf.startswith(state) for leaf in step.after):
                    assert because in str(step.event)
                    return


@asynccontextmanager
async def wired(folder: Path) -> AsyncIterator[Machine]:
    """Wire everything up: the controller to a pty, the barriers and the shut door to pins."""
    world = World(INSTANT)
    barriers = barriers_of(world)

    def level(pin: int) -> bool:
        if pin in (CHAMBER_PIN, SLOT_PIN):
            return barriers(pin)
        return pin == DOOR_PIN

    with fake_chip(FakeChip(level=level)) as chip:
        async with esp32_at(world, folder) as esp32:
            yield Machine(world, chip, first_machine(esp32))


async def test_a_bottle_goes_through_a_machine_of_real_drivers(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine, machine.serving(tmp_path) as daemon:
        await machine.takes_a_bottle(daemon)


@pytest.mark.parametrize(
    ("port", "broken", "named"),
    [
        ("chamber", {"driver": "gpio", "wires": {"signal": 11}}, "pin 11 cannot be claimed"),
        ("door", {"driver": "gpio", "wires": {"signal": 11}}, "pin 11 cannot be claimed"),
        ("camera", {"driver": "v4l2", "device": "/dev/video-none"}, "/dev/video-none: No such"),
        ("camera", {"driver": "pictures", "device": "/nowhere"}, "/nowhere: No such file"),
    ],
)
async def test_a_vital_part_that_is_missing_is_a_fault_with_its_name(
    port: str, broken: Table, named: str, tmp_path: Path
) -> None:
    async with wired(tmp_path) as machine:
        machine.chip.busy = {11}
        machine.table["ports"][port] = broken
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.FAULT, because=named)


async def test_a_controller_that_is_missing_is_a_fault_with_its_name(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        machine.table["esp32"] = {"device": str(tmp_path / "ttyNone")}
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.FAULT, because="ttyNone: No such file or directory")


async def test_a_bin_whose_level_nobody_knows_keeps_nobody_out(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        machine.chip.busy = {TRIGGER_PIN}
        async with machine.hardware() as hardware:
            with pytest.raises(ReadingError, match="pin 32 cannot be claimed"):
                await hardware.bin.level_pct()
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.IDLE)


async def test_a_machine_may_lack_what_it_can_do_without(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        for port in ("indicator", "slot", "bin", "door"):
            machine.table["ports"][port] = {"driver": "none"}
        async with machine.hardware() as hardware:
            assert (hardware.scale, hardware.thermometer) == (None, None)
            assert not await hardware.slot.is_occupied()
            assert not await hardware.door.is_open()
            with pytest.raises(ReadingError, match="no sensor in its bin"):
                await hardware.bin.level_pct()
            assert hardware.bin_gauge is None
            with pytest.raises(DriverError, match="no bolt"):
                await hardware.door.unlock()
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.IDLE)


async def test_a_pin_that_a_part_pulls_low_means_yes(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine, machine.hardware() as hardware:
        assert not await hardware.door.is_open()
        machine.chip.level = lambda _pin: False
        assert await hardware.door.is_open()


async def test_the_kernels_thermometer_and_a_folder_of_pictures_are_built(tmp_path: Path) -> None:
    (tmp_path / "in_temp_input").write_text("28500")
    (tmp_path / "bottle.jpg").write_bytes(b"\xff\xd8\xff")
    async with wired(tmp_path) as machine:
        machine.table["ports"]["thermometer"] = {"driver": "iio", "device": str(tmp_path)}
        machine.table["ports"]["camera"] = {"driver": "pictures", "device": str(tmp_path)}
        async with machine.hardware() as hardware:
            assert hardware.thermometer is not None
            assert await hardware.thermometer.temperature_c() == 28.5
            assert (await hardware.camera.take_picture()).data == b"\xff\xd8\xff"


async def test_the_jetsons_own_camera_is_what_gstreamer_means_unless_told(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        machine.table["camera"] = {"picture_s": 0.5}
        async with machine.hardware() as hardware:
            with pytest.raises(PictureError, match="nvarguscamerasrc"):
                await asked_until_told(hardware, "nvarguscamerasrc")


async def asked_until_told(hardware: Hardware, why: str) -> None:
    """Ask for pictures until one is refused for this reason."""
    with trio.fail_after(WITHIN_S):
        while True:
            try:
                await hardware.camera.take_picture()
            except PictureError as error:
                if why in str(error):
                    raise


async def test_what_is_simulated_is_refused_with_what_could_be_there(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        machine.table["ports"].update(
            camera={"driver": "sim"}, slot={"driver": "sim"}, scale={"driver": "sim"}
        )
        with pytest.raises(
            RealHardwareError,
            match=r"simulates camera \(gstreamer or v4l2 or pictures\), "
            r"slot \(esp32 or gpio or none\), scale \(esp32 or leave it out\); "
            r"see docs/reference/drivers\.md",
        ):
            async with machine.hardware():
                pass
        machine.table["esp32"] = {"device": "sim"}
        with pytest.raises(RealHardwareError, match=r"gate \(set esp32\.device\)"):
            async with machine.hardware():
                pass


async def test_a_machine_with_sound_is_heard_when_its_light_shows(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    command = (sys.executable, "-c", f"open({str(heard)!r}, 'w').write('yes')", "{file}")
    async with wired(tmp_path) as machine:
        found = parse_hardware_map(msgspec.json.encode(machine.table))
        for enabled in (False, True):
            sound = SoundSettings(enabled=enabled, command=command)
            async with real_hardware(found, sound=sound) as hardware:
                await hardware.indicator.show(Signal.SUCCESS)
                with trio.fail_after(WITHIN_S):
                    while enabled and not await trio.Path(heard).exists():
                        await trio.sleep(0.01)
                assert await trio.Path(heard).exists() is enabled


async def test_a_computer_without_pins_says_so_when_one_is_read(tmp_path: Path) -> None:
    async with wired(tmp_path) as machine:
        machine.chip.permitted = False
        async with machine.hardware() as hardware:
            with pytest.raises(DeviceGoneError, match="is this a Jetson"):
                await hardware.chamber.is_occupied()
