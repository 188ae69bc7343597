"""A controller that does not answer: what the drivers make of it, and how they recover."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.faulty.mischief import Mischief
from drivers.noted.roll_call import RollCall
from drivers.ports import DriverError, NoAnswerError, PictureError
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.world import World
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import QUICK, build
from tests.drivers.verbs import MOVING, Verb

SILENCES = [Fault.CONTROLLER_DEAF, Fault.CONTROLLER_MUTE, Fault.ACK_CORRUPTED]

ON_A_WIRE = [
    *((name, fault) for name in ("sorter.drop_item", "pulse.beat") for fault in SILENCES),
    *((name, Fault.CONTROLLER_DEAF) for name in ("gate.close", "light.on", "indicator.show")),
]
"""Waiting takes its time here: each silence at two ports, and one at each."""

SHORT_S = 0.25
WITHIN_S = 30.0


@shows(Trial.SILENT)
@pytest.mark.parametrize("fault", SILENCES)
@pytest.mark.parametrize("verb", MOVING.values(), ids=MOVING)
@pytest.mark.parametrize("kind", ["sim", "faulty", "noted"])
async def test_silence_lasts_exactly_the_patience(
    autojump_clock: MockClock, kind: str, verb: Verb, fault: Fault
) -> None:
    world = World()
    direct = hardware_over(world, answer_s=3.0)
    hardware = {
        "sim": direct,
        "faulty": intercepted(direct, Mischief()),
        "noted": intercepted(direct, RollCall()),
    }[kind]
    world.inject(fault)
    began_s = trio.current_time()
    with pytest.raises(NoAnswerError, match=r"no answer within 3 s"):
        await verb(hardware)
    assert trio.current_time() - began_s == pytest.approx(3.0)
    world.clear()
    await verb(hardware)


@shows(Trial.SILENT)
@pytest.mark.parametrize(("name", "fault"), ON_A_WIRE)
@pytest.mark.parametrize("kind", ["remote", "esp32", "framed"])
async def test_silence_on_a_wire_is_no_answer(
    tmp_path: Path, kind: str, name: str, fault: Fault
) -> None:
    world = World(QUICK)
    async with AsyncExitStack() as stack:
        hardware = await build(kind, world, tmp_path, stack, SHORT_S)
        await until_it_works(hardware, MOVING["pulse.beat"])
        world.inject(fault)
        with trio.fail_after(WITHIN_S), pytest.raises(NoAnswerError):
            await MOVING[name](hardware)
        world.clear()
        await until_it_works(hardware, MOVING[name])


@shows(Trial.LATE, "camera", ways=("sim",))
async def test_a_silent_camera_is_a_picture_error(autojump_clock: MockClock) -> None:
    world = World()
    world.inject(Fault.CAMERA_LATE, value=1e6)
    with pytest.raises(PictureError, match=r"no picture within 1 s"):
        await hardware_over(world).camera.take_picture()


async def until_it_works(hardware: Hardware, verb: Verb) -> None:
    with trio.fail_after(WITHIN_S):
        while True:
            try:
                await verb(hardware)
            except DriverError:
                await trio.sleep(0.005)
            else:
                return
