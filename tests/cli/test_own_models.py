"""The models of a machine bring what its second judge cuts out to whoever keeps the pictures."""

from __future__ import annotations

from pathlib import Path

from drivers.ports import Encoding, Frame
from rvm_edge.cli.own.models import OwnModels
from rvm_edge.daemon import Parts
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.eyes import ScriptedEyes
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from rvm_edge.uplink import to_server

FRAME = Frame(b"a picture", Encoding.JPEG, 0, 0, 0.0, 1)


def parts() -> Parts:
    world = World(Timings())
    return Parts(
        hardware=hardware_over(world),
        eyes=ScriptedEyes(world),
        link=to_server(lambda: None, StillTelemetry),
        host=RecordedHost(),
        credentials=SimulatedCredentials(),
    )


async def test_what_its_eyes_cut_out_is_handed_over_to_the_machine(tmp_path: Path) -> None:
    own = OwnModels(Locations(config_dir=tmp_path, data_dir=tmp_path), Settings())
    async with own.run() as eyes:
        fitted = own.fit(parts())
        eyes.cut_outs.note(FRAME, b"the item alone")
        assert fitted.cut_out([FRAME]) == b"the item alone"
        assert fitted.cut_out([FRAME]) == b""


async def test_a_machine_without_models_of_its_own_has_nothing_to_keep(tmp_path: Path) -> None:
    own = OwnModels(Locations(config_dir=tmp_path, data_dir=tmp_path), Settings())
    assert own.fit(parts()).cut_out([FRAME]) == b""
