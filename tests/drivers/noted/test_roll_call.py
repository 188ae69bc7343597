"""Which ports answered is noted, under the names that the hardware map has for them."""

from __future__ import annotations

import pytest
from trio.testing import MockClock

from drivers.faulty.mischief import Mischief, Trick
from drivers.noted.roll_call import RollCall
from drivers.ports import DriverError, MotionBlockedError, NoAnswerError, StoppedError
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.world import World
from tests.drivers.verbs import EVERY, STOPPING

EVERY_ONE = {**EVERY, **STOPPING}


@pytest.mark.parametrize("name", EVERY_ONE)
async def test_a_port_is_found_when_it_answers_and_lost_when_it_does_not(
    autojump_clock: MockClock, name: str
) -> None:
    port, calls, mischief = name.split(".", maxsplit=1)[0], RollCall(), Mischief()
    hardware = intercepted(intercepted(hardware_over(World()), mischief), calls)
    assert calls.found == {}
    await EVERY_ONE[name](hardware)
    assert calls.found == {port: True}
    mischief.play(name, Trick(NoAnswerError("silent"), times=1))
    with pytest.raises(NoAnswerError):
        await EVERY_ONE[name](hardware)
    assert calls.found == {port: False}
    await EVERY_ONE[name](hardware)
    assert calls.found == {port: True}


@pytest.mark.parametrize("ends_it", [MotionBlockedError("a hand"), StoppedError("let go")])
async def test_a_gate_that_does_not_come_to_its_end_is_there(
    autojump_clock: MockClock, ends_it: DriverError
) -> None:
    calls, mischief = RollCall(), Mischief()
    hardware = intercepted(intercepted(hardware_over(World()), mischief), calls)
    mischief.play("gate.close", Trick(ends_it))
    with pytest.raises(type(ends_it)):
        await hardware.gate.close()
    assert calls.found == {"gate": True}
