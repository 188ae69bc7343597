"""What holds for every verb of every port, whichever driver serves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio

from drivers.ports import DeviceGoneError, DriverError
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import PATIENCE_S, Case, Rig
from tests.drivers.verbs import EVERY, MOVING, Verb

every_verb = pytest.mark.parametrize("verb", EVERY.values(), ids=EVERY)
every_moving_verb = pytest.mark.parametrize("verb", MOVING.values(), ids=MOVING)

LONGEST_S = 3 * PATIENCE_S + 0.5
"""A verb may ping twice before it asks; the rest is for a busy computer."""


@shows(Trial.AGAIN)
@every_verb
async def test_can_be_called_again_and_again(rig: Rig, verb: Verb) -> None:
    for _ in range(3):
        await verb(rig.hardware)


@shows(Trial.CANCELLED)
@every_verb
async def test_a_cancelled_verb_leaves_the_driver_usable(rig: Rig, verb: Verb) -> None:
    await verb(rig.hardware)
    for after_s in (0.0, 0.0001, 0.0005, 0.002):
        with trio.move_on_after(after_s):
            await verb(rig.hardware)
        await verb(rig.hardware)


@shows(Trial.NO_POWER)
@every_verb
async def test_without_power_it_ends_in_time_with_a_driver_error(rig: Rig, verb: Verb) -> None:
    await verb(rig.hardware)
    rig.world.power_cut()
    with trio.fail_after(LONGEST_S), pytest.raises(DriverError):
        await verb(rig.hardware)


@shows(Trial.BACK)
@every_verb
async def test_works_again_when_power_is_back(rig: Rig, verb: Verb) -> None:
    rig.world.power_cut()
    with pytest.raises(DriverError):
        await verb(rig.hardware)
    rig.world.power_on()
    await until_it_works(rig, verb)


@shows(Trial.WRONG)
@every_moving_verb
async def test_a_wrong_answer_is_a_driver_error(rig: Rig, verb: Verb) -> None:
    await rig.hardware.pulse.beat()
    for fault in (Fault.ACK_WRONG, Fault.COMMAND_UNKNOWN):
        rig.world.inject(fault, times=1)
        with pytest.raises(DriverError, match=r"confirmed|answered|know"):
            await verb(rig.hardware)
        await verb(rig.hardware)


@shows(Trial.UNPLUGGED)
@every_moving_verb
async def test_an_unplugged_controller_is_gone_and_usb_replug_heals(rig: Rig, verb: Verb) -> None:
    await verb(rig.hardware)
    rig.world.inject(Fault.UNPLUGGED)
    with trio.fail_after(LONGEST_S), pytest.raises(DeviceGoneError):
        await verb(rig.hardware)
    rig.world.clear()
    await until_it_works(rig, verb)


@shows(Trial.WORKS)
@shows(Trial.AGAIN)
@every_moving_verb
async def test_is_replayed_from_its_record(
    replayed: Callable[[Case], Awaitable[None]], verb: Verb
) -> None:
    async def case(hardware: Hardware) -> None:
        await verb(hardware)
        await hardware.pulse.beat()
        await verb(hardware)

    await replayed(case)


async def test_many_verbs_at_once_do_not_mix_up_their_answers(rig: Rig) -> None:
    async def again_and_again(verb: Verb) -> None:
        for _ in range(5):
            await verb(rig.hardware)

    async with trio.open_nursery() as nursery:
        for verb in EVERY.values():
            nursery.start_soon(again_and_again, verb)


async def until_it_works(rig: Rig, verb: Verb) -> None:
    with trio.fail_after(LONGEST_S):
        while True:
            try:
                await verb(rig.hardware)
            except DriverError:
                await trio.sleep(0.005)
            else:
                return
